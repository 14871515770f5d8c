using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Gateway.Denials;
using Switchyard.Storage.Audit;

namespace Switchyard.Gateway.Tests;

public sealed class DenialTallyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A7_equal_denials_become_one_entry_with_count_and_times()
    {
        var tally = new DenialTally(mostKinds: 10);
        for (var i = 0; i < 5; i++) tally.Add(Seen("GET /a", Start.AddSeconds(i), path: $"/a/{i}"));
        tally.Add(Seen("GET /b", Start));

        var entries = tally.ToEntries();

        Assert.Equal(2, entries.Count);
        var detail = JsonNode.Parse(entries.Single(entry => entry.Resource == "GET /a").DetailJson!)!;
        Assert.Equal(5, detail["count"]!.GetValue<int>());
        Assert.Equal("/a/0", detail["path"]!.GetValue<string>());
        Assert.Equal(Start, detail["firstAt"]!.GetValue<DateTimeOffset>());
        Assert.Equal(Start.AddSeconds(4), detail["lastAt"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    public void A7_too_many_kinds_are_counted_by_status_and_none_is_lost()
    {
        var tally = new DenialTally(mostKinds: 3);
        for (var i = 0; i < 100; i++) tally.Add(Seen($"GET /{i}", Start));

        var entries = tally.ToEntries();

        Assert.Equal(4, entries.Count);
        Assert.Equal(100, entries.Sum(entry => JsonNode.Parse(entry.DetailJson!)!["count"]!.GetValue<int>()));
        Assert.Equal("*", entries[^1].Resource);
    }

    [Fact]
    public void A7_a_full_queue_counts_what_it_cannot_hold_and_never_waits()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var log = new DenialLog(new GatewayTelemetry(services.GetRequiredService<IMeterFactory>()));
        for (var i = 0; i < 20_000; i++) log.Add(Seen("GET /a", Start));

        var tally = new DenialTally(mostKinds: 10);
        var counted = log.DrainInto(tally);

        Assert.True(counted > 0);
        Assert.Equal(20_000, tally.ToEntries().Sum(entry => JsonNode.Parse(entry.DetailJson!)!["count"]!.GetValue<int>()));
    }

    private static DenialSeen Seen(string route, DateTimeOffset at, string path = "/") =>
        new(new Denial("default", "reader", "reader", AuditStatus.Denied, route, "127.0.0.1", Reason: null), path, TraceId: null, at);
}
