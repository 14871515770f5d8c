namespace Aspire.Dashboard.Resources;

/// <summary>A box of the graph, placed by its upper left corner.</summary>
internal sealed record GraphNode(ResourceSnapshot Resource, double X, double Y);

/// <summary>An arrow from the one that needs to the one that is needed.</summary>
internal sealed record GraphEdge(GraphNode From, GraphNode To, string Kind)
{
    /// <summary>A curve that leaves to the right and arrives from the left, or bends around when the target is not to the right.</summary>
    public string Path
    {
        get
        {
            double x1 = From.X + GraphLayout.Width, y1 = From.Y + (GraphLayout.Height / 2), x2 = To.X, y2 = To.Y + (GraphLayout.Height / 2);
            var bend = Math.Max(40, Math.Abs(x2 - x1) / 2);
            return $"M{Layout.Format.Svg(x1)} {Layout.Format.Svg(y1)} C{Layout.Format.Svg(x1 + bend)} {Layout.Format.Svg(y1)} {Layout.Format.Svg(x2 - bend)} {Layout.Format.Svg(y2)} {Layout.Format.Svg(x2)} {Layout.Format.Svg(y2)}";
        }
    }
}

/// <summary>Places resources in columns: whoever is needed stands to the right of whoever needs it.</summary>
internal sealed record GraphLayout(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, double TotalWidth, double TotalHeight)
{
    public const double Width = 178;
    public const double Height = 58;
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
        var edges = arrows.Select(a => new GraphEdge(nodes[a.From], nodes[a.To], a.Kind)).ToList();
        return new(
            [.. nodes.Values.OrderBy(n => n.X).ThenBy(n => n.Y)],
            edges,
            nodes.Count == 0 ? 0 : nodes.Values.Max(n => n.X) + Width + Margin,
            nodes.Count == 0 ? 0 : nodes.Values.Max(n => n.Y) + Height + Margin);
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
