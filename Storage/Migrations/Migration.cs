using System.Security.Cryptography;
using System.Text;

namespace Switchyard.Storage.Migrations;

/// <summary>One named change of the schema, as it was built into this binary.</summary>
public sealed record Migration(string Name, string Sql)
{
    /// <summary>Of the text with line ends made alike, so that a checkout on another system is the same migration.</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>All migrations of a dialect, oldest first.</summary>
    public static IReadOnlyList<Migration> All(string dialect)
    {
        var assembly = typeof(Migration).Assembly;
        // The project file names these resources: Migrations/<dialect>/<name>.sql.
        var folder = $"Migrations/{dialect}/";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new Migration(Path.GetFileNameWithoutExtension(name), Read(name)))];

        string Read(string resource)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            return reader.ReadToEnd();
        }
    }
}
