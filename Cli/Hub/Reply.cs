using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Switchyard.Cli.Hub;

/// <summary>What the hub answered: its text as it came, for <c>--json</c>, and the record in it.</summary>
internal sealed record Reply<T>(string Text, T Value);

/// <summary>Reads answers, and says plainly when something else than a hub answered.</summary>
internal static class Reply
{
    public static Reply<T> Read<T>(string text, JsonTypeInfo<T> type, Uri from)
    {
        try
        {
            return new(text, JsonSerializer.Deserialize(text, type) ?? throw new JsonException("It is empty."));
        }
        catch (JsonException e)
        {
            throw new Failure(
                ExitCode.Unreachable,
                $"What answers at {from} does not speak like a hub: {e.Message}",
                "Check the address with 'yard status', and that hub and yard are of one version.");
        }
    }
}
