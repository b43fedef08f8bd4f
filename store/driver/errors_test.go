package driver_test

import (
	"fmt"

	"github.com/vade-go/vade/store/driver"
)

func ExampleCheck() {
	const missing, found = driver.Absent, driver.Version(3)
	fmt.Println("insert:", driver.Check(driver.Absent, missing), "or", driver.Check(driver.Absent, found))
	fmt.Println("replace:", driver.Check(3, found), "or", driver.Check(2, found), "or", driver.Check(3, missing))
	fmt.Println("put:", driver.Check(driver.Any, missing), "and", driver.Check(driver.Any, found))
	// Output:
	// insert: <nil> or exists already
	// replace: <nil> or changed in the meantime or not found
	// put: <nil> and <nil>
}
