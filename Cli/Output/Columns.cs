using System.Text;

namespace Switchyard.Cli.Output;

/// <summary>A plain table: as wide as its content, so that it reads well and greps well.</summary>
internal sealed class Columns(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];

    public int Count => _rows.Count - 1;

    public void Add(params string?[] cells) => _rows.Add([.. cells.Select(cell => cell ?? "")]);

    public void Write(Screen screen)
    {
        var widths = headings.Select((_, column) => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            var line = new StringBuilder();
            for (var column = 0; column < row.Length; column++)
            {
                line.Append(row[column].PadRight(widths[column])).Append("  ");
            }

            screen.Line(line.ToString().TrimEnd());
        }
    }
}
