{{ union_of('tasks', 'task_id') }}
