{{ sendgrid_suppressions('blocks', 'bounced') }}
