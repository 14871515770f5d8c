using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Switchyard.Architecture.Tests;

/// <summary>How the code reads.</summary>
public sealed class CodeRuleTests
{
    // Longer than the limit, each with the argument for it.
    private static readonly Dictionary<string, string> LongFiles = new(StringComparer.Ordinal)
    {
        ["Contracts/Expressions/Parser.cs"] = "one grammar, read top to bottom",
    };

    [Fact]
    public void No_interface_has_a_single_implementer()
    {
        var types = ProductAssemblies.Types.Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)).ToList();
        var lonely = types.Where(type => type.IsInterface)
            .Select(seam => (seam, count: types.Count(type => type is { IsClass: true, IsAbstract: false } or { IsValueType: true } && Implements(type, seam))))
            .Where(pair => pair.count < 2)
            .Select(pair => $"{pair.seam.FullName} has {pair.count}");

        Assert.Empty(lonely);
    }

    [Fact]
    public void Log_event_ids_are_unique_and_lie_in_their_projects_range()
    {
        var declared = Checkout.ProductSources
            .SelectMany(file => Regex.Matches(file.Code, @"LoggerMessage\(\s*(EventId = )?(?<id>\d+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture).Select(match => (file.Path, file.Project, Id: int.Parse(match.Groups["id"].Value))))
            .ToList();
        // 1xxx definitions, 2xxx and 3xxx runs and queue, 4xxx alerts, 5xxx storage, 6xxx service defaults and gateway, 7xxx and up the rest.
        var ranges = new Dictionary<string, (int From, int To)>
        {
            ["DefinitionsService"] = (1000, 1999), ["RunnerService"] = (2000, 3999), ["AlertingService"] = (4000, 4999),
            ["Storage"] = (5000, 5999), ["ServiceDefaults"] = (6000, 6099), ["Gateway"] = (6100, 6999),
        };

        Assert.NotEmpty(declared);
        Assert.Empty(declared.GroupBy(log => log.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group.Select(log => log.Path))}"));
        Assert.Empty(declared.Where(log => ranges.TryGetValue(log.Project, out var range) ? log.Id < range.From || log.Id > range.To : log.Id < 7000).Select(log => $"{log.Path}: {log.Id} is another project's"));
    }

    [Fact]
    public void Every_declared_log_entry_has_an_id()
    {
        var anonymous = ProductAssemblies.Types
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (method, log: method.GetCustomAttribute<Microsoft.Extensions.Logging.LoggerMessageAttribute>()))
            .Where(pair => pair.log is { EventId: <= 0 })
            .Select(pair => $"{pair.method.DeclaringType}.{pair.method.Name}");

        Assert.Empty(anonymous);
    }

    [Fact]
    public void No_source_file_is_longer_than_400_lines_without_an_argument() =>
        Assert.Empty(Checkout.Sources.Where(file => file.Lines > 400 && !LongFiles.ContainsKey(file.Path)).Select(file => $"{file.Path}: {file.Lines}"));

    [Fact]
    public void The_list_of_long_files_is_not_longer_than_it_must_be() =>
        Assert.All(LongFiles.Keys, path => Assert.True(Checkout.Sources.Single(file => file.Path == path).Lines > 400));

    [Fact]
    public void Folders_and_files_are_named_for_what_they_do()
    {
        var bin = new Regex(@"(^|/)(Utils?|Utilities|Helpers?|Managers?|Extensions|Interfaces|Models|Misc|Common)(/|\.cs$)|(Utils?|Helpers?|Manager|Extensions)\.cs$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

        Assert.Empty(Checkout.Sources.Where(file => bin.IsMatch(file.Path)).Select(file => file.Path));
    }

    [Fact]
    public void Nothing_is_left_for_later_and_no_test_is_skipped()
    {
        // Composed, so that this file does not find itself.
        string[] marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception", "Skip" + " = \"", "Assert" + ".Skip"];

        Assert.Empty(Checkout.Sources.SelectMany(file => marks.Where(mark => file.Text.Contains(mark, StringComparison.Ordinal)).Select(mark => $"{file.Path}: {mark}")));
    }

    [Fact]
    public void Classes_of_the_product_are_sealed_unless_something_inherits_them()
    {
        var types = ProductAssemblies.Types.ToList();
        var open = types
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && type.Name != "Program" && !type.Name.Contains('<', StringComparison.Ordinal))
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Namespace?.StartsWith("Switchyard", StringComparison.Ordinal) == true)
            .Where(type => !types.Any(other => other.BaseType == type || (other.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == type)))
            .Select(type => type.FullName);

        Assert.Empty(open);
    }

    [Fact]
    public void Conditional_compilation_stays_where_the_two_package_modes_meet() =>
        Assert.Empty(Checkout.ProductSources.Where(file => Regex.IsMatch(file.Text, @"^\s*#if\b", RegexOptions.Multiline | RegexOptions.NonBacktracking)).Select(file => file.Path));

    private static bool Implements(Type type, Type seam) => type.GetInterfaces().Any(i => i == seam || (i.IsGenericType && i.GetGenericTypeDefinition() == seam));
}
