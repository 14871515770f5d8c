using System.Text.RegularExpressions;

namespace Switchyard.Contracts.Schemas;

/// <summary>Patterns that authors write: linear time where the engine can, a deadline where it cannot.</summary>
internal static class SchemaPattern
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(100);

    public static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Deadline);
        }
        catch (NotSupportedException)
        {
            // Look-around and back references need the other engine.
            return new Regex(pattern, RegexOptions.CultureInvariant, Deadline);
        }
    }

    /// <summary>A text that the pattern cannot decide in time does not match.</summary>
    public static bool Matches(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
