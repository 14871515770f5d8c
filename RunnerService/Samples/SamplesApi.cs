using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Switchyard.RunnerService.Samples;

/// <summary>
/// Something real for the sample workflows to talk to without internet: a stock list, a shelf system that is asleep when
/// first asked, and a service that is never there. Only with <c>Samples:Enabled</c>, which development sets.
/// </summary>
public static class SamplesApi
{
    public static IEndpointRouteBuilder MapSamples(this WebApplication app)
    {
        if (!app.Configuration.GetValue<bool>("Samples:Enabled"))
        {
            return app;
        }

        var shelves = new SampleShelves();
        var samples = app.MapGroup("/samples").WithTags("Samples");
        samples.MapGet("/stock.csv", Stock);
        samples.MapPost("/reserve", (ReserveRequest body, [FromHeader(Name = "Idempotency-Key")] string? key, HttpContext context) =>
            Reserve(shelves, body, key, context));
        samples.MapGet("/reservations", (string? order) => TypedResults.Ok(shelves.Of(order)));
        samples.MapPost("/never", Never);
        return app;
    }

    private static ContentHttpResult Stock() => TypedResults.Text(StockList, "text/csv; charset=utf-8");

    private static Results<Created<Reservation>, Ok<Reservation>, ProblemHttpResult> Reserve(
        SampleShelves shelves, ReserveRequest body, string? key, HttpContext context)
    {
        if (string.IsNullOrWhiteSpace(body.Order) || string.IsNullOrWhiteSpace(body.Sku) || body.Quantity <= 0)
        {
            return TypedResults.Problem("A reservation names an order, a sku and a quantity above 0.", statusCode: StatusCodes.Status400BadRequest);
        }

        switch (shelves.Reserve(body, key))
        {
            case ReserveOutcome.Asleep:
                context.Response.Headers.RetryAfter = "0";
                return TypedResults.Problem(
                    $"The shelves of zone {body.Zone} were asleep and are waking up: ask again.", statusCode: StatusCodes.Status503ServiceUnavailable);
            case ReserveOutcome.Known known:
                return TypedResults.Ok(known.Reservation);
            case ReserveOutcome.Made made:
                return TypedResults.Created($"/samples/reservations?order={Uri.EscapeDataString(body.Order)}", made.Reservation);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static ProblemHttpResult Never(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "0";
        return TypedResults.Problem("The label printer is out of paper.", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    // Two rows are wrong on purpose (a quantity below 0, an empty sku), as in every real stock list.
    private const string StockList = """
        sku,name,zone,quantity,minimum,unitPrice
        BX-100,Box small,A,420,200,0.35
        BX-200,Box medium,A,80,150,0.55
        BX-300,Box large,B,12,60,0.95
        TP-010,Packing tape,B,310,100,1.20
        TP-020,Fragile tape,C,25,40,1.90
        LB-001,Label roll,C,140,150,4.75
        LB-002,"Label roll, thermal",C,9,30,6.40
        PL-500,Pallet,D,33,20,9.80
        PL-600,Pallet half size,D,-4,10,7.10
        WR-700,Stretch wrap,B,58,50,5.25
        ,Unknown item,A,17,5,0.10
        BG-050,Air cushion bag,C,760,800,0.08

        """;
}

/// <summary>What the warehouse is asked to put aside.</summary>
public sealed record ReserveRequest(string? Order, string? Sku, string? Zone, int Quantity);

/// <summary>What it put aside.</summary>
public sealed record Reservation(string Id, string Order, string Sku, string Zone, int Quantity);
