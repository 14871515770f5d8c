namespace Aspire.Dashboard.Resources;

/// <summary>Puts replicas and children under their parents.</summary>
internal static class ResourceTree
{
    /// <summary>Each resource once, parents before children, siblings by name; a parent that is missing or goes in a circle counts as none.</summary>
    public static IReadOnlyList<(ResourceSnapshot Resource, int Depth)> Rows(IReadOnlyCollection<ResourceSnapshot> all)
    {
        var names = all.Select(r => r.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var children = all.Where(r => r.Parent is not null && names.Contains(r.Parent)).ToLookup(r => r.Parent!, StringComparer.OrdinalIgnoreCase);
        var rows = new List<(ResourceSnapshot, int)>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

        foreach (var top in all.Where(r => r.Parent is null || !names.Contains(r.Parent)).OrderBy(r => r.Title, StringComparer.OrdinalIgnoreCase)) Add(top, 0);
        foreach (var circular in all.Where(r => !seen.Contains(r.Name))) Add(circular, 0);
        return rows;

        void Add(ResourceSnapshot resource, int depth)
        {
            if (!seen.Add(resource.Name)) return;
            rows.Add((resource, depth));
            foreach (var child in children[resource.Name].OrderBy(r => r.Title, StringComparer.OrdinalIgnoreCase)) Add(child, depth + 1);
        }
    }
}
