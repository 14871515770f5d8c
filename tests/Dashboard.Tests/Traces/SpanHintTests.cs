using Aspire.Dashboard.Traces;

namespace Switchyard.Dashboard.Tests.Traces;

public sealed class SpanHintTests
{
    [Theory]
    [InlineData("POST", SpanKind.Client, "url.full", "http://shop:8080/orders?key=1", "shop:8080/orders")]
    [InlineData("SELECT shop", SpanKind.Client, "db.query.text", "SELECT * FROM stock", "SELECT * FROM stock")]
    [InlineData("orders publish", SpanKind.Producer, "messaging.destination.name", "orders", null)]
    [InlineData("GET /orders", SpanKind.Server, "url.full", "http://shop/orders", null)]
    [InlineData("step", SpanKind.Internal, "shop.step.id", "fetch", "fetch")]
    [InlineData("step", SpanKind.Internal, "shop.stepper.id", "fetch", null)]
    public void P5_a_span_says_what_its_name_leaves_out(string name, SpanKind kind, string key, string value, string? hint) =>
        Assert.Equal(hint, SpanHint.Of(new() { TraceId = 1, SpanId = 1, Name = name, Kind = kind, Start = 0, End = 1, Source = new("shop", null, 0), Attributes = [new(key, value)] }));
}
