using System.IO.Compression;
using System.Net;

namespace Switchyard.Dashboard.Tests.Otlp;

/// <summary>Whatever is sent, the answer is a clear status, and what was well sent before and after is kept.</summary>
public sealed class ReceiverTests
{
    private static readonly byte[] Good = OtlpBytes.Traces("orders", OtlpBytes.Span(1, 1, 0, "GET /", 1000, 2000, OtlpBytes.Attribute(9, "http.route", "/")));

    [Fact]
    public async Task P5_without_the_key_nothing_is_taken()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var answer = await dashboard.Stranger.PostAsync("/v1/traces", OtlpBytes.Body(Good));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal((0, 0), dashboard.App.Telemetry.Traces.Count);
        Assert.Equal(1, dashboard.App.Telemetry.Received.Refused);
    }

    [Fact]
    public async Task P5_gzip_is_understood_and_other_encodings_and_types_are_refused()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var packed = OtlpBytes.Body(Zip(Good));
        packed.Headers.ContentEncoding.Add("gzip");
        var brotli = OtlpBytes.Body(Good);
        brotli.Headers.ContentEncoding.Add("br");

        Assert.Equal(HttpStatusCode.OK, (await dashboard.Process.PostAsync("/v1/traces", packed)).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await dashboard.Process.PostAsync("/v1/traces", brotli)).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await dashboard.Process.PostAsync("/v1/logs", new StringContent("{}", null, "application/json"))).StatusCode);
        Assert.Equal("GET /", dashboard.App.Telemetry.Traces.Newest()[0].Summary.Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P5_a_body_over_the_limit_is_413_also_when_it_is_small_on_the_wire(bool packed)
    {
        await using var dashboard = await TestDashboard.StartAsync(("MaxRequestBytes", "100000"));
        var large = OtlpBytes.Body(packed ? Zip(new byte[5_000_000]) : new byte[700_000]);
        if (packed) large.Headers.ContentEncoding.Add("gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await dashboard.Process.PostAsync("/v1/traces", large)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Process.PostAsync("/v1/traces", OtlpBytes.Body(Good))).StatusCode);
        Assert.Equal(1, dashboard.App.Telemetry.Traces.Count.Traces);
    }

    [Fact]
    public async Task P5_a_body_cut_anywhere_or_with_any_byte_changed_is_never_a_server_error()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var malformed = 0;
        for (var i = 0; i < Good.Length; i++)
        {
            byte[] changed = [.. Good];
            changed[i] ^= 0xFF;
            foreach (var body in new[] { Good[..i], changed })
            {
                foreach (var signal in new[] { "traces", "metrics", "logs" })
                {
                    var status = (await dashboard.Process.PostAsync("/v1/" + signal, OtlpBytes.Body(body))).StatusCode;
                    Assert.Contains(status, new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest });
                    if (status == HttpStatusCode.BadRequest) malformed++;
                }
            }
        }

        Assert.True(malformed > Good.Length);
        Assert.Equal(malformed, dashboard.App.Telemetry.Received.Refused);
    }

    [Fact]
    public async Task P5_spans_without_ids_are_named_in_the_answer_and_the_others_kept()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var mixed = OtlpBytes.Traces("orders", OtlpBytes.Span(0, 1, 0, "lost", 1, 2), OtlpBytes.Span(5, 6, 0, "kept", 1, 2));

        var answer = await dashboard.Process.PostAsync("/v1/traces", OtlpBytes.Body(mixed));

        // partial_success { rejected_spans: 1, … }
        Assert.Equal([0x08, 0x01], (await answer.Content.ReadAsByteArrayAsync())[2..4]);
        Assert.Equal("kept", Assert.Single(dashboard.App.Telemetry.Traces.Newest()).Summary.Name);
        Assert.Equal(1, dashboard.App.Telemetry.Received.Rejected);
    }

    [Fact]
    public async Task P5_a_value_nested_without_end_is_refused()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var value = OtlpBytes.Text(1, "deep");
        for (var i = 0; i < 2000; i++) value = OtlpBytes.Field(5, OtlpBytes.Field(1, value));
        var body = OtlpBytes.Traces("orders", OtlpBytes.Span(1, 2, 0, "deep", 1, 2, OtlpBytes.Field(9, OtlpBytes.Text(1, "k"), OtlpBytes.Field(2, value))));

        Assert.Equal(HttpStatusCode.BadRequest, (await dashboard.Process.PostAsync("/v1/traces", OtlpBytes.Body(body))).StatusCode);
    }

    private static byte[] Zip(byte[] content)
    {
        var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest)) zip.Write(content);
        return packed.ToArray();
    }
}
