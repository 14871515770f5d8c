using System.Text.RegularExpressions;
using System.Xml.Linq;
using Switchyard.Tests.Support;

namespace Switchyard.Architecture.Tests;

/// <summary>Who may know whom.</summary>
public sealed class ArrowTests
{
    private static readonly string[] Service = ["Contracts", "ServiceDefaults", "Storage"];

    /// <summary>Every project of the product, with all it may reference. A new project states its arrows here.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Contracts"] = [],
        ["ScriptHost"] = [],
        ["Aspire.Local.Dashboard"] = [],
        ["Aspire.Local"] = ["Aspire.Local.Dashboard"],
        ["Storage"] = ["Contracts", "Aspire.Local"],
        ["ServiceDefaults"] = ["Contracts", "Aspire.Local"],
        ["Cli"] = ["Contracts"],
        ["Console"] = ["Contracts", "ServiceDefaults"],
        ["Gateway"] = Service,
        ["DefinitionsService"] = Service,
        // The script host is a program that the runner starts; it is referenced to be built and laid beside it.
        ["RunnerService"] = [.. Service, "ScriptHost"],
        ["AlertingService"] = Service,
        ["AppHost"] = ["Aspire.Local", "Gateway", "DefinitionsService", "RunnerService", "AlertingService", "Console"],
    };

    [Fact]
    public void Each_project_references_only_what_it_may_know()
    {
        foreach (var (project, references) in Checkout.Projects.Where(project => !IsTestProject(project.Key)))
        {
            Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is new: state in ArrowTests which projects it may reference.");
            Assert.True(references.IsSubsetOf(allowed!), $"{project} references {string.Join(", ", references.Except(allowed!))}, which it may not know.");
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution_which_is_what_gets_built_and_tested()
    {
        var solution = Checkout.Read("AppHost.sln").Replace('\\', '/');

        Assert.DoesNotContain(Checkout.Files, path => path.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{path}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void No_product_code_references_a_test_project() =>
        Assert.DoesNotContain(Checkout.Projects.Where(project => !IsTestProject(project.Key)), project => project.Value.Any(IsTestProject));

    [Fact]
    public void The_stand_in_for_Aspire_is_compiled_in_one_mode_only()
    {
        var unconditional = Checkout.Files
            .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && !path.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(path => XDocument.Load(Repository.PathOf(path)).Descendants("ProjectReference").Select(reference => (path, reference)))
            .Where(pair => pair.reference.Attribute("Include")!.Value.EndsWith("Aspire.Local.csproj", StringComparison.Ordinal))
            .Where(pair => !pair.reference.AncestorsAndSelf().Any(element => element.Attribute("Condition")?.Value == "'$(AspirePackages)' != 'true'"))
            .Select(pair => pair.path);

        Assert.Empty(unconditional);
    }

    [Fact]
    public void Only_storage_knows_that_there_are_two_databases()
    {
        // The AppHost starts the servers and composes their connection strings.
        // The runner's journal writes sets with PostgreSQL's arrays and prepared rows on SQLite: the shape of the statement differs.
        var knows = new Regex(@"\busing (Npgsql|Microsoft\.Data\.Sqlite|SQLitePCL)\b|\bNpgsql[A-Z]\w+|\bSqlite(Connection|Command|Exception|Parameter|Transaction|DataReader|Dialect)\b|\bPostgresDialect\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        var knowing = Checkout.ProductSources
            .Where(file => file.Project is not ("Storage" or "AppHost") && !file.Path.StartsWith("RunnerService/Journal/", StringComparison.Ordinal))
            .Where(file => knows.IsMatch(file.Code))
            .Select(file => $"{file.Path}: {knows.Match(file.Code).Value}");

        Assert.Empty(knowing);
    }

    [Fact]
    public void Contracts_do_no_input_or_output_and_read_no_clock()
    {
        var does = new Regex(@"\b(File|Directory|FileInfo|FileStream|HttpClient|Socket|TcpClient|Process|DbConnection|TimeProvider)\b[.( ]|\bEnvironment\.(Get|Current)|\bMicrosoft\.AspNetCore\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
        var doing = Checkout.ProductSources.Where(file => file.Project == "Contracts" && does.IsMatch(file.Code))
            .Select(file => $"{file.Path}: {does.Match(file.Code).Value}");

        Assert.Empty(doing);
        Assert.DoesNotContain(ProductAssemblies.Load("Contracts").GetReferencedAssemblies(), reference =>
            reference.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || reference.Name is "System.Net.Http" or "System.Data.Common" or "System.Net.Sockets");
    }

    [Fact]
    public void Each_table_has_one_owner_who_is_named_where_it_is_made()
    {
        foreach (var path in Checkout.Files.Where(path => path.StartsWith("Storage/Migrations/", StringComparison.Ordinal) && path.EndsWith(".sql", StringComparison.Ordinal)))
        {
            Assert.Matches(@"^-- Owner: (DefinitionsService|RunnerService|AlertingService|Gateway|Storage)\b", Checkout.Read(path));
        }
    }

    private static bool IsTestProject(string name) =>
        Checkout.Files.Any(path => (path.StartsWith("tests/", StringComparison.Ordinal) || path.StartsWith("bench/", StringComparison.Ordinal)) && path.EndsWith($"/{name}.csproj", StringComparison.Ordinal));
}
