using System.Net;
using System.Security.Cryptography;
using System.Text;
using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Dashboard.Otlp;

/// <summary>
/// OTLP/HTTP with protobuf bodies: <c>/v1/traces</c>, <c>/v1/metrics</c>, <c>/v1/logs</c>. A request is decoded whole before anything of it
/// is kept, so a malformed one changes nothing; keeping it is a short walk under a lock that readers only copy under.
/// </summary>
internal sealed class OtlpReceiver(DashboardOptions options, TelemetryStore store)
{
    private const string Protobuf = "application/x-protobuf";
    private readonly byte[] key = Encoding.UTF8.GetBytes(options.OtlpApiKey);

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1");
        group.MapPost("/traces", context => ReceiveAsync(context, body => TakeTraces(body.Span)));
        group.MapPost("/metrics", context => ReceiveAsync(context, body => TakeMetrics(body.Span)));
        group.MapPost("/logs", context => ReceiveAsync(context, body => TakeLogs(body.Span)));
    }

    private int TakeTraces(ReadOnlySpan<byte> body)
    {
        var spans = TraceReader.Read(body, store.Sources, out var rejected);
        store.Traces.Add(spans);
        store.Received.Add(spans: spans.Count, rejected: rejected);
        return rejected;
    }

    private int TakeMetrics(ReadOnlySpan<byte> body)
    {
        var samples = MetricReader.Read(body, store.Sources, out var rejected);
        store.Metrics.Add(samples);
        store.Received.Add(points: samples.Count, rejected: rejected);
        return rejected;
    }

    private int TakeLogs(ReadOnlySpan<byte> body)
    {
        var entries = LogReader.Read(body, store.Sources);
        store.Logs.Add(entries);
        store.Received.Add(logs: entries.Count);
        return 0;
    }

    private async Task ReceiveAsync(HttpContext context, Func<ReadOnlyMemory<byte>, int> take)
    {
        var sent = Encoding.UTF8.GetBytes(context.Request.Headers["x-otlp-api-key"].ToString());
        if (!CryptographicOperations.FixedTimeEquals(sent, key))
        {
            await RefuseAsync(context, HttpStatusCode.Unauthorized, "The header x-otlp-api-key is missing or wrong.");
            return;
        }

        if (context.Request.ContentType?.Split(';')[0].Trim() != Protobuf)
        {
            await RefuseAsync(context, HttpStatusCode.UnsupportedMediaType, "Only application/x-protobuf is understood; set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.");
            return;
        }

        try
        {
            await TakeAsync(context, take);
        }
        catch (InvalidDataException malformed)
        {
            await RefuseAsync(context, HttpStatusCode.BadRequest, malformed.Message);
        }
        catch (BadHttpRequestException broken)
        {
            await RefuseAsync(context, (HttpStatusCode)broken.StatusCode, broken.Message);
        }
    }

    private async Task TakeAsync(HttpContext context, Func<ReadOnlyMemory<byte>, int> take)
    {
        try
        {
            using var body = await OtlpBody.ReadAsync(context.Request, options.MaxRequestBytes, context.RequestAborted);
            var rejected = take(body.Bytes);
            await AnswerAsync(context, HttpStatusCode.OK, rejected == 0 ? [] : PartialSuccess(rejected));
        }
        catch (BodyRefusedException refused)
        {
            // Taken in and thrown away, up to the server's own limit: a sender that is still sending would otherwise see a broken
            // connection instead of the answer.
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await RefuseAsync(context, refused.Status, refused.Message);
        }
    }

    private async Task RefuseAsync(HttpContext context, HttpStatusCode status, string message)
    {
        store.Received.Add(refused: 1);

        // google.rpc.Status: message = 2.
        await AnswerAsync(context, status, Field(2, Encoding.UTF8.GetBytes(message)));
    }

    // Export…ServiceResponse: partial_success = 1, which holds rejected = 1 and error_message = 2.
    private static byte[] PartialSuccess(int rejected) =>
        Field(1, [8, .. Varint((ulong)rejected), .. Field(2, "Spans need a trace id and a span id; summaries are not kept."u8)]);

    private static byte[] Field(int number, ReadOnlySpan<byte> content) => [(byte)((number << 3) | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static async Task AnswerAsync(HttpContext context, HttpStatusCode status, byte[] body)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = Protobuf;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
