using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService;

/// <summary>The <c>cursor</c> and <c>limit</c> of a list, as the client wrote them.</summary>
public sealed record PageQuery([FromQuery] string? Cursor, [FromQuery] string? Limit)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    public bool TryRead([NotNullWhen(true)] out PageRequest? page, [NotNullWhen(false)] out ProblemHttpResult? refused)
    {
        (page, refused) = (null, null);
        var limit = DefaultLimit;
        if (!string.IsNullOrEmpty(Limit)
            && (!int.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            refused = Problem.Of(
                StatusCodes.Status400BadRequest, ProblemCodes.BadLimit, "The page size is not valid",
                $"limit is a number from 1 to {MaxLimit}; without it a page has {DefaultLimit}.",
                [new ProblemError("/limit", $"not a number from 1 to {MaxLimit}", ProblemCodes.BadLimit)]);
            return false;
        }

        string[] last = [];
        if (!string.IsNullOrEmpty(Cursor) && !ServiceDefaults.Cursor.TryDecode(Cursor, 1, out last))
        {
            refused = ServiceDefaults.Cursor.Bad();
            return false;
        }

        page = new PageRequest(last.FirstOrDefault(), limit);
        return true;
    }
}

/// <summary>Which page to read: what came last on the page before, and how many.</summary>
public sealed record PageRequest(string? After, int Limit)
{
    /// <summary>One more than asked for tells whether there is a next page.</summary>
    public int Take => Limit + 1;

    public Page<TView> Of<TRow, TView>(IReadOnlyList<TRow> rows, Func<TRow, string> key, Func<TRow, TView> view) => new(
        [.. rows.Take(Limit).Select(view)],
        rows.Count > Limit ? Cursor.Encode(key(rows[Limit - 1])) : null);
}
