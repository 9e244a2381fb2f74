// Package target turns what a person names into a work: a work id, a file or a
// SHA-256. Of several claims to a content, commands take the earliest and say so;
// what only an owner may do takes the owner's own.
package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	// ErrUnregistered says that nobody has registered the content.
	ErrUnregistered = errors.New("not registered")
	// ErrSeveralClaims says that a work id is needed.
	ErrSeveralClaims = errors.New("several claims")
)

// Registry is what of the registry's queries is needed.
type Registry = registrytypes.QueryClient

// Named is what an argument names.
type Named struct {
	// Argument as it was given.
	Argument string
	// ID is set when the argument is a work id.
	ID registrytypes.WorkID
	// Digest is set when it is a file or a SHA-256.
	Digest *registrytypes.Digest
	// Path is set when it is a file.
	Path string
}

// Parse tells work ids, files and digests apart and hashes a file. It asks no
// node. A file whose name looks like an id is meant when written as ./name.
func Parse(ctx context.Context, argument string) (Named, error) {
	named := Named{Argument: argument}
	if strings.HasPrefix(argument, registrytypes.WorkPrefix+"1") && !strings.ContainsAny(argument, "./\\") {
		id, err := registrytypes.ParseWorkID(argument)
		if err != nil {
			return Named{}, err
		}
		named.ID = id
		return named, nil
	}
	info, err := os.Stat(argument)
	switch {
	case err == nil && info.IsDir():
		return Named{}, fmt.Errorf("%s is a folder: name a file or a work id (work1...); of many files, "+
			"stemmad clear asks with --manifest LIST, as sha256sum prints one", argument)
	case err == nil:
		file, err := register.SumFile(ctx, argument)
		if err != nil {
			return Named{}, err
		}
		named.Path, named.Digest = argument, (*registrytypes.Digest)(&file.Digest)
		return named, nil
	}
	if d, err := digest.Parse(argument); err == nil {
		named.Digest = &d
		return named, nil
	}
	return Named{}, fmt.Errorf("%q is neither a work id (work1...), nor a file here, nor a SHA-256 of 64 hex digits", argument)
}

// Claims returns all claims that an argument names, in order of claim: one for a
// work id. It fails with ErrUnregistered when there is none.
func Claims(ctx context.Context, registry Registry, named Named) ([]registrytypes.Claim, error) {
	if !named.ID.IsZero() {
		res, err := registry.Work(ctx, &registrytypes.QueryWorkRequest{Work: named.ID})
		if err != nil {
			return nil, err
		}
		return []registrytypes.Claim{res.Work}, nil
	}
	claims, err := register.Claims(ctx, registry, *named.Digest)
	if err != nil {
		return nil, err
	}
	if len(claims) == 0 {
		if IsManifest(named.Path) {
			return nil, fmt.Errorf("%s is %w as a content by itself: %s", named.Argument, ErrUnregistered, ManifestHint(named.Path))
		}
		return nil, fmt.Errorf("%s is %w (sha256 %s): register it if it is yours, or name a work id", named.Argument,
			ErrUnregistered, named.Digest)
	}
	return claims, nil
}

// IsManifest says whether a file begins as the manifest of a dataset or a collection.
func IsManifest(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	begin := make([]byte, len(dataset.Magic))
	_, err = io.ReadFull(f, begin)
	return err == nil && string(begin) == dataset.Magic
}

// ManifestHint says how to find the work of a manifest.
func ManifestHint(path string) string {
	return fmt.Sprintf("it is a manifest, and the work that has it is registered by its digest: `stemmad dataset show %s` finds it, "+
		"if the manifest is that of its first version; name the work by its id", path)
}

// Work is the work that was taken for an argument.
type Work struct {
	registrytypes.Claim
	// claims to the content there are, the work's own among them; 0: not looked for,
	// since the work was named by its id. more: there are others still.
	claims int
	more   bool
}

// Choice says what was chosen, to stand behind the work's name before anything is
// signed; empty where there was no choice. names are those of accounts.
func (w Work) Choice(names map[string]string) string {
	if w.claims < 2 {
		return ""
	}
	number := strconv.Itoa(w.claims)
	if w.more {
		number += " or more"
	}
	owner := w.Owner
	if name, known := names[owner]; known {
		owner = fmt.Sprintf("%s (%s)", owner, name)
	}
	return fmt.Sprintf(", the earliest of %s claims, by %s", number, owner)
}

// Earliest returns the work that an argument names, of several claims to a content
// the earliest, for a question about it.
func Earliest(ctx context.Context, registry Registry, argument string) (Work, error) {
	work, _, err := earliest(ctx, registry, argument)
	return work, nobodys(argument, err)
}

// EarliestSafe is Earliest for what is paid or relied on. When the earliest of
// several claims is under dispute it fails with ErrSeveralClaims and lists them: a
// person has to say which is meant.
func EarliestSafe(ctx context.Context, registry Registry, argument string) (Work, error) {
	work, claims, err := earliest(ctx, registry, argument)
	if err == nil && work.claims > 1 && register.Doubtful(claims) {
		err = fmt.Errorf("the earliest claim is under dispute: %w", severalClaims(argument, claims))
	}
	return work, nobodys(argument, err)
}

// nobodysError is an ErrUnregistered of somebody else's content, with words of its own.
type nobodysError struct{ argument string }

func (e nobodysError) Error() string {
	if IsManifest(e.argument) {
		return fmt.Sprintf("nobody has registered %s as a content by itself: %s", e.argument, ManifestHint(e.argument))
	}
	return fmt.Sprintf("nobody has registered %s, so nobody can be asked or paid for it here; a file that was changed or converted "+
		"is another content: name a work id if you know one, or look for it by what else it is known by, such as "+
		"`stemmad query registry resolve isrc CODE` (or doi, iscc, url)", e.argument)
}

func (nobodysError) Is(target error) bool { return target == ErrUnregistered }

// nobodys is what ErrUnregistered says to who wants to use a content: it is not theirs to
// register.
func nobodys(argument string, err error) error {
	if errors.Is(err, ErrUnregistered) {
		return nobodysError{argument}
	}
	return err
}

func earliest(ctx context.Context, registry Registry, argument string) (Work, []registrytypes.Claim, error) {
	named, err := Parse(ctx, argument)
	if err != nil {
		return Work{}, nil, err
	}
	claims, err := Claims(ctx, registry, named)
	switch {
	case err != nil:
		return Work{}, nil, err
	case !named.ID.IsZero():
		return Work{Claim: claims[0]}, claims, nil
	}
	return Work{Claim: claims[0], claims: len(claims), more: len(claims) == register.MaxClaims}, claims, nil
}

// ResolveOwn returns the work that an argument names, for what only an owner may do:
// of several claims the one that owner has. If owner has none of them, or several, it
// fails with ErrSeveralClaims and lists them.
func ResolveOwn(ctx context.Context, registry Registry, argument, owner string) (registrytypes.Claim, error) {
	named, err := Parse(ctx, argument)
	if err != nil {
		return registrytypes.Claim{}, err
	}
	claims, err := Claims(ctx, registry, named)
	if err != nil {
		return registrytypes.Claim{}, err
	}
	if own := Owned(claims, owner); len(own) == 1 {
		return own[0], nil
	}
	if len(claims) > 1 {
		return registrytypes.Claim{}, severalClaims(argument, claims)
	}
	return claims[0], nil
}

// Owned returns the claims that an account has now.
func Owned(claims []registrytypes.Claim, owner string) []registrytypes.Claim {
	var own []registrytypes.Claim
	for _, claim := range claims {
		if owner != "" && claim.Owner == owner {
			own = append(own, claim)
		}
	}
	return own
}

func severalClaims(argument string, claims []registrytypes.Claim) error {
	var b strings.Builder
	tab := table.New("work", "owner", "claimed since", "title")
	for _, c := range claims {
		tab.Row(c.Id.String(), c.Owner, table.Time(c.ClaimedSince.Time), table.Short(describe.Heading(c)))
	}
	if err := tab.Write(&b); err != nil {
		return err
	}
	return fmt.Errorf("%s has %w; name the work id of the one you mean:\n%s", argument, ErrSeveralClaims,
		strings.TrimRight(b.String(), "\n"))
}
