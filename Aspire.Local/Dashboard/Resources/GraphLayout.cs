using Aspire.Dashboard.Layout;

namespace Aspire.Dashboard.Resources;

/// <summary>A box of the graph, placed by its upper left corner.</summary>
internal sealed record GraphNode(ResourceSnapshot Resource, double X, double Y);

/// <summary>An arrow from the one that needs to the one that is needed; where it leaves and arrives is a share of the boxes' heights.</summary>
internal sealed record GraphEdge(GraphNode From, GraphNode To, string Kind, double LeavesAt = 0.5, double ArrivesAt = 0.5)
{
    /// <summary>Points to the left: it closes a circle.</summary>
    public bool IsBack => To.X <= From.X;

    /// <summary>A curve from the right side to the left side, or below the boxes when it goes back.</summary>
    public string Path
    {
        get
        {
            if (IsBack)
            {
                double from = From.X + (GraphLayout.Width / 2), to = To.X + (GraphLayout.Width / 2), bottom = From.Y + GraphLayout.Height, end = To.Y + GraphLayout.Height;
                var below = Math.Max(bottom, end) + GraphLayout.BackDepth;
                return $"M{Format.Svg(from)} {Format.Svg(bottom)} C{Format.Svg(from)} {Format.Svg(below)} {Format.Svg(to)} {Format.Svg(below)} {Format.Svg(to)} {Format.Svg(end)}";
            }

            double x1 = From.X + GraphLayout.Width, y1 = From.Y + (GraphLayout.Height * LeavesAt), x2 = To.X, y2 = To.Y + (GraphLayout.Height * ArrivesAt);
            var bend = Math.Min(Math.Max(30, (x2 - x1) / 2), 90);
            return $"M{Format.Svg(x1)} {Format.Svg(y1)} C{Format.Svg(x1 + bend)} {Format.Svg(y1)} {Format.Svg(x2 - bend)} {Format.Svg(y2)} {Format.Svg(x2)} {Format.Svg(y2)}";
        }
    }
}

/// <summary>Places resources in columns: whoever is needed stands to the right of whoever needs it.</summary>
internal sealed record GraphLayout(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, double TotalWidth, double TotalHeight)
{
    public const double Width = 178;
    public const double Height = 58;
    public const double BackDepth = 34;
    private const double ColumnGap = 64;

    // Every second column stands lower, so that an arrow over a column passes between its boxes.
    private const double Stagger = 42;
    private const double RowGap = 26;
    private const double Margin = 12;

    public static GraphLayout Of(IReadOnlyCollection<ResourceSnapshot> all)
    {
        // Replicas would repeat every arrow of their parent.
        var shown = all.Where(r => r.Parent is null || !all.Any(p => p.Name == r.Parent && p.Type == r.Type)).ToDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase);
        var arrows = (from resource in shown.Values
                      from reference in Needs(resource)
                      where shown.ContainsKey(reference.Name) && !string.Equals(reference.Name, resource.Name, StringComparison.OrdinalIgnoreCase)
                      group reference.Kind by (From: resource.Name, To: shown[reference.Name].Name) into pair
                      select (pair.Key.From, pair.Key.To, Kind: string.Join(", ", pair.Distinct(StringComparer.Ordinal)))).ToList();

        var columns = Columns([.. shown.Values.Select(r => r.Name)], arrows);
        var nodes = Place(shown, arrows, columns);
        var edges = Spread([.. arrows.Select(a => new GraphEdge(nodes[a.From], nodes[a.To], a.Kind))]);
        return new(
            [.. nodes.Values.OrderBy(n => n.X).ThenBy(n => n.Y)],
            edges,
            nodes.Count == 0 ? 0 : nodes.Values.Max(n => n.X) + Width + Margin,
            nodes.Count == 0 ? 0 : nodes.Values.Max(n => n.Y) + Height + Margin + (edges.Exists(e => e.IsBack) ? BackDepth : 0));
    }

    // The ends of arrows are spread over the sides of a box, in the order of where they come from or go to.
    private static List<GraphEdge> Spread(List<GraphEdge> edges)
    {
        foreach (var leaving in edges.Where(e => !e.IsBack).GroupBy(e => e.From).ToList())
        {
            foreach (var (edge, i) in leaving.OrderBy(e => e.To.Y).ThenByDescending(e => e.To.X).Select((edge, i) => (edge, i)))
            {
                edges[edges.IndexOf(edge)] = edge with { LeavesAt = (i + 1.0) / (leaving.Count() + 1) };
            }
        }

        foreach (var arriving in edges.Where(e => !e.IsBack).GroupBy(e => e.To).ToList())
        {
            foreach (var (edge, i) in arriving.OrderBy(e => e.From.Y).ThenBy(e => e.From.X).Select((edge, i) => (edge, i)))
            {
                edges[edges.IndexOf(edge)] = edge with { ArrivesAt = (i + 1.0) / (arriving.Count() + 1) };
            }
        }

        return edges;
    }

    private static IEnumerable<ResourceReference> Needs(ResourceSnapshot resource) =>
        resource.Parent is null ? resource.References : resource.References.Append(new(resource.Parent, "Parent"));

    // By the longest way to the end of the needs, counted from the right: what needs nothing stands in the last column.
    private static Dictionary<string, int> Columns(IReadOnlyCollection<string> names, List<(string From, string To, string Kind)> arrows)
    {
        var needed = arrows.Select(a => a.To).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var needs = arrows.ToLookup(a => a.From, a => a.To, StringComparer.OrdinalIgnoreCase);
        var heights = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var open = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

        // From those whom nobody needs, so that an arrow that closes a circle is one that points back towards them.
        foreach (var name in names.OrderBy(needed.Contains).ThenBy(n => n, StringComparer.OrdinalIgnoreCase)) Height(name);
        var highest = heights.Values.DefaultIfEmpty(0).Max();
        return heights.ToDictionary(h => h.Key, h => highest - h.Value, StringComparer.OrdinalIgnoreCase);

        int Height(string name)
        {
            if (heights.TryGetValue(name, out var known)) return known;
            open.Add(name);
            var height = needs[name].Where(need => !open.Contains(need)).Select(need => Height(need) + 1).DefaultIfEmpty(0).Max();
            open.Remove(name);
            return heights[name] = height;
        }
    }

    // In each column by the mean height of those who need them, so that arrows cross less.
    private static Dictionary<string, GraphNode> Place(Dictionary<string, ResourceSnapshot> shown, List<(string From, string To, string Kind)> arrows, Dictionary<string, int> columns)
    {
        var nodes = new Dictionary<string, GraphNode>(StringComparer.OrdinalIgnoreCase);
        var x = Margin;
        var tallest = shown.Count == 0 ? 0 : columns.Values.GroupBy(c => c).Max(g => g.Count());
        foreach (var column in columns.GroupBy(c => c.Value, c => c.Key).OrderBy(g => g.Key))
        {
            var ordered = column.OrderBy(name => MeanHeight(name)).ThenBy(name => name, StringComparer.OrdinalIgnoreCase).ToList();
            var y = Margin + ((tallest - ordered.Count) * (Height + RowGap) / 2) + (column.Key % 2 * Stagger);
            foreach (var name in ordered)
            {
                nodes[name] = new(shown[name], x, y);
                y += Height + RowGap;
            }

            x += Width + ColumnGap;
        }

        return nodes;

        double MeanHeight(string name) =>
            arrows.Where(a => string.Equals(a.To, name, StringComparison.OrdinalIgnoreCase) && nodes.ContainsKey(a.From)).Select(a => nodes[a.From].Y).DefaultIfEmpty(0).Average();
    }
}
