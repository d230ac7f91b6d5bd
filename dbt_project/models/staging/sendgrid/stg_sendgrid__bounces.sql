{{ sendgrid_suppressions('bounces', 'bounced') }}
