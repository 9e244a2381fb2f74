package index

// Path of the SQLite file; "" with PostgreSQL.
func (x *Index) Path() string { return x.db.path }
