package frameworks

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/binding"
	"github.com/go-playground/validator/v10"
	"github.com/labstack/echo/v4"

	"github.com/vade-go/vade/bench/orders"
)

// rules is the validator of Gin, Echo and Fiber, with the one rule that it does not bring.
func rules(v *validator.Validate) (*validator.Validate, error) {
	v.SetTagName("validate")
	return v, v.RegisterValidation("sku", func(f validator.FieldLevel) bool { return orders.IsSKU(f.Field().String()) })
}

// withGin is Gin with its binding. What it offers for strictness is global to the process.
func withGin() (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	binding.EnableDecoderDisallowUnknownFields = true
	if _, err := rules(binding.Validator.Engine().(*validator.Validate)); err != nil {
		return nil, err
	}
	d, g := new(orders.Desk), gin.New()
	g.POST(orders.Path, func(c *gin.Context) {
		var in orders.Order
		if err := c.ShouldBindBodyWithJSON(&in); err != nil {
			c.JSON(http.StatusUnprocessableEntity, gin.H{"error": err.Error()})
			return
		}
		c.JSON(http.StatusCreated, d.Place(in))
	})
	return g, nil
}

// strictEcho is Echo's own JSON, with unknown members refused.
type strictEcho struct{ echo.DefaultJSONSerializer }

func (strictEcho) Deserialize(c echo.Context, v any) error {
	data, err := orders.ReadBody(c.Request())
	if err != nil {
		return err
	}
	return orders.DecodeV1(data, v)
}

type echoValidator struct{ v *validator.Validate }

func (e echoValidator) Validate(v any) error { return e.v.Struct(v) }

// withEcho is Echo with the validator that its guide shows.
func withEcho() (http.Handler, error) {
	v, err := rules(validator.New(validator.WithRequiredStructEnabled()))
	if err != nil {
		return nil, err
	}
	d, e := new(orders.Desk), echo.New()
	e.JSONSerializer, e.Validator = strictEcho{}, echoValidator{v}
	e.POST(orders.Path, func(c echo.Context) error {
		var in orders.Order
		if err := c.Bind(&in); err != nil {
			return err
		}
		if err := c.Validate(&in); err != nil {
			return echo.NewHTTPError(http.StatusUnprocessableEntity, err.Error())
		}
		return c.JSON(http.StatusCreated, d.Place(in))
	})
	return e, nil
}
