{{ sendgrid_suppressions('invalid_emails', 'bounced') }}
