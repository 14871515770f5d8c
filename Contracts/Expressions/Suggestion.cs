namespace Switchyard.Contracts.Expressions;

/// <summary>Finds the known word that a misspelt one was probably meant to be.</summary>
public static class Suggestion
{
    public static string? For(string word, IEnumerable<string> known)
    {
        string? best = null;
        var least = Math.Max(1, Math.Min(3, word.Length / 3)) + 1;
        if (word.Length > 64)
        {
            return null;
        }
        foreach (var candidate in known)
        {
            if (string.Equals(candidate, word, StringComparison.OrdinalIgnoreCase) && candidate != word)
            {
                return candidate;
            }
            var distance = Distance(word, candidate);
            if (distance < least)
            {
                (best, least) = (candidate, distance);
            }
        }
        return best;
    }

    // Optimal string alignment: a swapped pair of letters is one slip, not two.
    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var above = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            above[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }
            (before, above, row) = (above, row, before);
        }
        return above[b.Length];
    }
}
