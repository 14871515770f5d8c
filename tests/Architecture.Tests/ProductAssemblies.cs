using System.Reflection;

namespace Switchyard.Architecture.Tests;

/// <summary>The product's assemblies, as they were built beside these tests.</summary>
internal static class ProductAssemblies
{
    private static readonly string[] Names =
        ["Contracts", "Storage", "ServiceDefaults", "Cli", "Gateway", "DefinitionsService", "RunnerService", "AlertingService", "ScriptHost"];

    public static IReadOnlyList<Assembly> All { get; } = [.. Names.Where(name => File.Exists(PathOf(name))).Select(Load)];

    public static Assembly Load(string name) => Assembly.LoadFrom(PathOf(name));

    public static IEnumerable<Type> Types => All.SelectMany(assembly => assembly.GetTypes());

    private static string PathOf(string name) =>
        new[] { "dll", "exe" }.Select(extension => Path.Combine(AppContext.BaseDirectory, $"{name}.{extension}")).FirstOrDefault(File.Exists)
        ?? Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
}
