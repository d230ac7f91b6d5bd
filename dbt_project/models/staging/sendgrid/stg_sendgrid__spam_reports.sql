{{ sendgrid_suppressions('spam_reports', 'complained') }}
