"""Connectors, from a hostile wire to whole nights. Which faults of pulling are shown to hold, and where.

E1  waits told in every dialect            test_session: every_dialect, no_request_falls_inside; test_battery: over_the_budget
E2  a permitted rate                       test_session: never_exceeded, may_have_heard; benchmarks/bench_limits
E3  errors in a third of all answers       test_battery: faults_in_a_third; test_session: tried_again, tries_are_bounded
E4  expired tokens, one forbidden stream   test_session: one_refresh; test_oauth; test_battery: one_forbidden_stream
E5  bodies cut short                       test_session: shorter_than_stated, chunked_body_cut
E6  gzip cut in valid framing              test_session: a_hundred_cuts
E7  bombs and layers                       test_session: unpacks_to_a_gigabyte, any_size, encodings_not_asked_for
E8  drips and silence, head included       test_session: dripping_answer, silence
E9  numbers that are none, or are long     test_hostile_records; test_rows
E10 what is no JSON, or odd JSON           test_hostile_records; test_files: not_missing
E11 a login page, null, nothing            test_battery: no_retry_mends; test_pagination: without_the_list
E12 loops, empty pages                     test_drift: pages_without_end; test_battery: in_circles, empty_page; test_pagination
E13 changes between pages                  test_drift: come_change_and_go; test_battery: changes_between_pages
E14 ceilings, 12,000 at one moment         test_drift: thirty_five_thousand; test_battery: ten_thousand; test_salesforce: halves
E15 ties, and a kill between them          test_battery: ties, long_first_sync; test_drift: many_at_one_moment
E16 late rows                              test_battery: late_record; test_drift: committed_long_after
E17 clocks, the year 2999                  test_battery: far_future, clock_that_goes_wrong
E18 deletes, merges, restored              test_battery: deletes_and_merges, a_merge_names; test_drift: restored
E19 redirects                              test_session: redirect_names, no_retry_mends; test_battery: no_retry_mends
E20 next pages elsewhere                   test_session: next_page_links
E21 netrc and proxies                      test_session: netrc_and_proxies
E22 secrets                                test_session: no_secret, overlap; test_battery: wrong_token
W11 no key, a key twice, ties              test_hostile_records: keys; test_battery: without_its_key, ties
W12 columns that come, go and change       test_files: five_thousand_columns, lacks the mapped column
"""
