using Aspire.Dashboard.Resources;
using Aspire.Dashboard.Live;

namespace Switchyard.Dashboard.Tests.Resources;

public sealed class ResourceTests
{
    [Fact]
    public void P5_whoever_is_needed_stands_to_the_right_and_boxes_never_overlap()
    {
        var layout = GraphLayout.Of([Of("gateway", "orders", "billing"), Of("orders", "database"), Of("billing", "database", "orders"), Of("database")]);

        Assert.Equal(["gateway", "billing", "orders", "database"], layout.Nodes.OrderBy(n => n.X).Select(n => n.Resource.Name));
        Assert.All(layout.Edges, e => Assert.True(e.From.X < e.To.X));
        Assert.Equal(5, layout.Edges.Count);
        Assert.All(layout.Nodes, a => Assert.All(layout.Nodes, b => Assert.True(a == b || Math.Abs(a.X - b.X) >= GraphLayout.Width || Math.Abs(a.Y - b.Y) >= GraphLayout.Height)));
    }

    [Fact]
    public void P5_services_that_need_each_other_still_make_a_graph()
    {
        var layout = GraphLayout.Of([Of("a", "b"), Of("b", "a", "c"), Of("c", "b", "unknown")]);

        Assert.Equal((3, 4), (layout.Nodes.Count, layout.Edges.Count));
        Assert.Equal(["a", "b", "c"], layout.Nodes.Select(n => n.Resource.Name));
        Assert.Equal(3, layout.Nodes.Select(n => n.X).Distinct().Count());
    }

    [Fact]
    public void P5_replicas_stand_below_their_resource_and_lost_children_at_the_top()
    {
        var rows = ResourceTree.Rows([Of("z"), Of("orders-2") with { Parent = "orders" }, Of("orders"), Of("orders-1") with { Parent = "orders" }, Of("lost") with { Parent = "gone" }, Of("x") with { Parent = "y" }, Of("y") with { Parent = "x" }]);

        Assert.Equal([("lost", 0), ("orders", 0), ("orders-1", 1), ("orders-2", 1), ("z", 0), ("x", 0), ("y", 1)], rows.Select(r => (r.Resource.Name, r.Depth)));
    }

    [Theory]
    [InlineData("ASPNETCORE_ENVIRONMENT", false, false)]
    [InlineData("ConnectionStrings__shop", false, true)]
    [InlineData("Identity__Key", false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", false, true)]
    [InlineData("PLAIN_NAME", true, true)]
    public void P5_what_looks_like_a_secret_is_hidden(string name, bool flagged, bool hidden) => Assert.Equal(hidden, Masking.Hides(new(name, "value", flagged)));

    [Fact]
    public async Task P5_a_change_between_the_look_and_the_wait_is_not_lost()
    {
        var signal = new ChangeSignal();
        for (var i = 0; i < 2000; i++)
        {
            var seen = signal.Version;
            var raised = Task.Run(signal.Raise);
            Assert.NotEqual(seen, await signal.WaitAsync(seen, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20)));
            await raised;
        }
    }

    private static ResourceSnapshot Of(string name, params string[] needs) => new() { Name = name, Type = "Project", State = "Running", References = [.. needs.Select(n => new ResourceReference(n, "Reference"))] };
}
