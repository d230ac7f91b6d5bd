{{ mapped_tasks() }}
