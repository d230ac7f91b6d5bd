{{ sendgrid_suppressions('unsubscribes', 'unsubscribed') }}
