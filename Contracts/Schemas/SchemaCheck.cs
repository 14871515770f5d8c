using System.Text.Json;

namespace Switchyard.Contracts.Schemas;

/// <summary>One validation under way: the errors so far and the work that is left to it.</summary>
internal sealed class SchemaCheck
{
    private const int MostErrors = 100;
    private const int MostDepth = 256;
    private const int MostNodes = 250_000;

    private static readonly IReadOnlyList<SchemaError> None = [];

    private List<SchemaError>? _errors;
    private int _depth;
    private int _nodes;

    public IReadOnlyList<SchemaError> Errors => _errors ?? None;

    public int Count => _errors?.Count ?? 0;

    public void Fail(string pointer, string keyword, string message)
    {
        if (Count < MostErrors)
        {
            (_errors ??= []).Add(new SchemaError(pointer, keyword, message));
        }
    }

    /// <summary>Forgets the errors of an alternative that need not hold.</summary>
    public void Forget(int count) => _errors?.RemoveRange(count, _errors.Count - count);

    /// <summary>False when the schema leads in circles or branches without end; the value then counts as invalid.</summary>
    public bool TryEnter(string pointer)
    {
        if (++_depth <= MostDepth && ++_nodes <= MostNodes)
        {
            return true;
        }
        _depth--;
        Fail(pointer, "$ref", "The schema leads in circles or is too complex for this value.");
        return false;
    }

    public void Leave() => _depth--;

    public bool Holds(SchemaNode node, JsonElement value, string pointer)
    {
        var before = Count;
        // A full list would hide that another error was found.
        if (before >= MostErrors)
        {
            return false;
        }
        node.Check(value, pointer, this);
        var holds = Count == before;
        Forget(before);
        return holds;
    }
}
