"""Who is who, the part that no single query can say: weights learnt from the data, groups under guard."""
