package main

var version, channel string

func main() { println(version, channel) }
