package main

var mode string

func main() {
	println(mode)
}
