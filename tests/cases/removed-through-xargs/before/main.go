// its image has an id of its own, so that rmi finds one name for it
package main

func main() {
	println("hello")
}
