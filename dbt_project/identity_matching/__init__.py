"""Who is who, the part that no single query can say: weights learnt from the data, clusters under guard. Free of dbt."""
