using System.Collections.Frozen;

namespace Switchyard.Contracts.Expressions;

/// <summary>Every function an expression may call. They have no side effects and know neither time nor chance.</summary>
internal static class Functions
{
    private static readonly FrozenDictionary<string, Function> ByName =
        TextFunctions.All
            .Concat(ListFunctions.All)
            .Concat(MapFunctions.All)
            .Concat(NumberFunctions.All)
            .Concat(DataFunctions.All)
            .ToFrozenDictionary(function => function.Name, StringComparer.Ordinal);

    public static IEnumerable<string> Names => ByName.Keys;

    public static IEnumerable<Function> All => ByName.Values;

    public static Function? Find(string name) => ByName.GetValueOrDefault(name);
}
