package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/stemma-chain/stemma/client/termspec"
	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// termsToOffer reads what a work is to be offered under: an id, a preset, a file, or the
// name of a licence. A name stands for what the work is offered under already, if that is
// of the licence.
func termsToOffer(
	ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, arg string,
) (licensetypes.IdentifiedTerms, error) {
	if terms, isFile, err := termsInFile(arg); isFile {
		return identified(terms), err
	}
	id, err := permitted.TermsOf(ctx, conn, conn.Units(), work, arg)
	if err != nil && (errors.Is(err, permitted.ErrRefused) || !licences.IsName(arg)) {
		terms, err := licences.Named(arg)
		return identified(terms), err
	}
	if err != nil {
		return licensetypes.IdentifiedTerms{}, err
	}
	res, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()})
	if err != nil {
		return licensetypes.IdentifiedTerms{}, err
	}
	return res.Terms, nil
}

// termsToOfferNew is termsToOffer for a work that is not registered yet, and so offered under nothing.
func termsToOfferNew(ctx context.Context, conn *connect.Conn, arg string) (licensetypes.IdentifiedTerms, error) {
	if terms, isFile, err := termsInFile(arg); isFile {
		return identified(terms), err
	}
	id, err := licensetypes.ParseTerms(arg)
	if err != nil {
		id, err = licences.Among(arg, nil)
	}
	if err != nil {
		terms, err := licences.Named(arg)
		return identified(terms), err
	}
	res, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()})
	if err != nil {
		return licensetypes.IdentifiedTerms{}, err
	}
	return res.Terms, nil
}

// offeredTerms finds the terms of an offer of a work, named as termsToOffer takes them.
func offeredTerms(
	ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, arg string,
) (licensetypes.TermsID, error) {
	if terms, isFile, err := termsInFile(arg); isFile {
		return terms.ID(), err
	}
	return permitted.TermsOf(ctx, conn, conn.Units(), work, arg)
}

// termsInFile reads a file of terms; isFile is false where a word names no file.
func termsInFile(arg string) (terms licensetypes.Terms, isFile bool, err error) {
	if _, err := licensetypes.ParseTerms(arg); err == nil {
		return terms, false, nil
	}
	info, err := os.Stat(arg)
	if err != nil {
		return terms, false, nil
	}
	if info.IsDir() {
		return terms, true, fmt.Errorf("%s is a folder: name a file of terms (stemmad terms template)", arg)
	}
	terms, err = termspec.Read(arg, nil)
	return terms, true, err
}
