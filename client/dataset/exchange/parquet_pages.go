package exchange

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	// maxPage is the most bytes of a page of a Parquet file, unpacked: programs write some 1 MiB, few of them 100.
	maxPage = 128 << 20
	// maxPageValues is the most values of one.
	maxPageValues = 1 << 24
)

// columnValues are the values of a column of a group of rows, one a row.
type columnValues struct {
	pages  parquet.Pages
	page   parquet.Page
	in     parquet.ValueReader
	buffer []parquet.Value
	at, n  int
}

// next is the value of the next row, until the one after is asked for.
func (c *columnValues) next() (parquet.Value, error) {
	for c.at == c.n {
		if c.in == nil {
			page, err := c.pages.ReadPage()
			if errors.Is(err, io.EOF) {
				return parquet.Value{}, fmt.Errorf("%w: it has fewer values than rows", ErrForm)
			}
			if err != nil {
				return parquet.Value{}, fmt.Errorf("%w: %w", ErrForm, err)
			}
			c.page, c.in = page, page.Values()
		}
		n, err := c.in.ReadValues(c.buffer)
		switch c.at, c.n = 0, n; {
		case err != nil && !errors.Is(err, io.EOF):
			return parquet.Value{}, fmt.Errorf("%w: %w", ErrForm, err)
		case n == 0:
			parquet.Release(c.page)
			c.page, c.in = nil, nil
		}
	}
	c.at++
	return c.buffer[c.at-1], nil
}

func (c *columnValues) close() error {
	if c.page != nil {
		parquet.Release(c.page)
	}
	c.page, c.in = nil, nil
	return c.pages.Close()
}

// checkPages refuses pages of a column that say they are far larger than any program writes, before they are unpacked, and those packed by
// LZ4: the library takes all memory for a damaged one. It fails with ErrForm.
func checkPages(file io.ReaderAt, column *format.ColumnMetaData) error {
	if column.Codec == format.Lz4Raw {
		return fmt.Errorf("%w: it is packed by LZ4, which is not read: write it with Snappy or Zstandard, or not packed", ErrForm)
	}
	begin := column.DataPageOffset
	if at := column.DictionaryPageOffset; at != 0 {
		begin = at
	}
	section := io.NewSectionReader(file, begin, column.TotalCompressedSize)
	in := bufio.NewReaderSize(section, 4<<10)
	decoder := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(in))
	for {
		if _, err := in.Peek(1); errors.Is(err, io.EOF) {
			return nil
		}
		var header format.PageHeader
		if err := decoder.Decode(&header); err != nil {
			return fmt.Errorf("%w: a page's header: %w", ErrForm, err)
		}
		at, err := section.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		at += int64(header.CompressedPageSize) - int64(in.Buffered())
		values := int32(0)
		switch {
		case header.DataPageHeader != nil:
			values = header.DataPageHeader.NumValues
		case header.DataPageHeaderV2 != nil:
			values = header.DataPageHeaderV2.NumValues
		case header.DictionaryPageHeader != nil:
			values = header.DictionaryPageHeader.NumValues
		}
		switch {
		case header.CompressedPageSize < 0 || at > section.Size():
			return fmt.Errorf("%w: a page of %d bytes does not lie within its column", ErrForm, header.CompressedPageSize)
		case header.UncompressedPageSize < 0 || max(header.CompressedPageSize, header.UncompressedPageSize) > maxPage:
			return fmt.Errorf("%w: a page unpacks to %d bytes, %d are the most", ErrForm, header.UncompressedPageSize, maxPage)
		case values < 0 || values > maxPageValues:
			return fmt.Errorf("%w: a page has %d values, %d are the most", ErrForm, values, maxPageValues)
		}
		if _, err := section.Seek(at, io.SeekStart); err != nil {
			return err
		}
		in.Reset(section)
	}
}
