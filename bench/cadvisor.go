// SPDX-License-Identifier: GPL-2.0-or-later
// cadvisor.go - cAdvisor's OOM parser on a log, each line handed to it as a record of /dev/kmsg
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/euank/go-kmsg-parser/kmsgparser"
	"github.com/google/cadvisor/utils/oomparser"
)

const head = "6,123456,1234567890,-;"

// device is a file that is read as /dev/kmsg is: a record for each Read.
type device struct {
	file   *os.File
	reader *bufio.Reader
}

func (d *device) Read(record []byte) (int, error) {
	line, err := d.reader.ReadSlice('\n')
	if len(line) == 0 {
		return 0, err
	}
	n := copy(record, head)
	return n + copy(record[n:], line), nil
}

func (d *device) Seek(int64, int) (int64, error) { return 0, io.EOF }
func (d *device) Close() error                   { return d.file.Close() }

// ready is a kmsgparser.Parser whose work is done already: all that is left is to hand lines over.
type ready struct{ device *device }

func (r ready) SeekEnd() error              { return nil }
func (r ready) SetLogger(kmsgparser.Logger) {}
func (r ready) Close() error                { return r.device.Close() }

// The channel is as long as the real one.
func (r ready) Parse() <-chan kmsgparser.Message {
	output := make(chan kmsgparser.Message, 1)
	go func() {
		defer close(output)
		now := time.Now()
		for {
			line, err := r.device.reader.ReadSlice('\n')
			if len(line) == 0 || err != nil {
				return
			}
			output <- kmsgparser.Message{Timestamp: now, Message: string(line)}
		}
	}()
	return output
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: cadvisor whole|bare LOG")
		os.Exit(2)
	}
	file, err := os.Open(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	source := &device{file, bufio.NewReaderSize(file, 1<<20)}
	var parser kmsgparser.Parser = ready{source}
	if os.Args[1] == "whole" {
		parser = kmsgparser.NewBench(source)
	}
	found := make(chan *oomparser.OomInstance, 16)
	go func() {
		oomparser.NewBench(parser).StreamOoms(found)
		close(found)
	}()
	count := 0
	for range found {
		count++
	}
	fmt.Println(count)
}
