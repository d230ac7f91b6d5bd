{{ mapped('surveys', 'survey_id') }}
