package app

// SaveTrees is the first half of Commit.
func (app *App) SaveTrees() { app.saveTrees() }
