using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>
/// An opaque page cursor: the key of the last row seen, as base64url of a JSON array of texts.
/// It holds no secret and needs no signature: a forged one only names another place in a list that is checked anyway.
/// </summary>
public static class Cursor
{
    private const int MaxLength = 1024;

    public static string Encode(params ReadOnlySpan<string> parts) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(parts.ToArray()));

    /// <summary>False when <paramref name="cursor"/> was not made by <see cref="Encode"/> with that many parts; answer <see cref="Bad"/> then.</summary>
    public static bool TryDecode(string cursor, int count, out string[] parts)
    {
        parts = [];
        if (cursor.Length is 0 or > MaxLength || !Ascii.IsValid(cursor)) return false;
        try
        {
            parts = JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(cursor)) ?? [];
            return parts.Length == count && parts.All(part => part is not null);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return false;
        }
    }

    public static ProblemHttpResult Bad() => Problem.Of(
        StatusCodes.Status400BadRequest,
        ProblemCodes.BadCursor,
        "The page cursor is not valid",
        "Use the nextCursor of the page before as it is, or leave the cursor out to start at the first page.",
        [new ProblemError("/cursor", "not a cursor of this list", ProblemCodes.BadCursor)]);
}
