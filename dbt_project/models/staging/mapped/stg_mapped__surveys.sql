{{ mapped_entity('surveys', 'survey_id') }}
