// found by the last line of the build
package main

import "fmt"

func main() { fmt.Println("hello") }
