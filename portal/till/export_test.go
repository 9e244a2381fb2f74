package till

import (
	"context"
	"fmt"
)

// SetVersion makes a till one of another version.
func SetVersion(ctx context.Context, t *Till, version int) error {
	_, err := t.db.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version))
	return err
}
