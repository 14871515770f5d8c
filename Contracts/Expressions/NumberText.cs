using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Switchyard.Contracts.Expressions;

/// <summary>Numbers as text: shortest form that reads back the same, whole numbers without a fraction or exponent up to 1e21.</summary>
internal static class NumberText
{
    public static readonly SearchValues<char> Characters = SearchValues.Create("0123456789.eE+-");

    public static string Write(double number)
    {
        if (number == 0)
        {
            return "0";
        }
        if (Math.Abs(number) < 9e15 && number == Math.Truncate(number))
        {
            return ((long)number).ToString(CultureInfo.InvariantCulture);
        }
        if (Math.Abs(number) < 1e21 && number == Math.Truncate(number))
        {
            return new BigInteger(number).ToString(CultureInfo.InvariantCulture);
        }
        return number.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a JSON number and nothing else: no leading zeros, no spaces, no "Infinity".</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        var digits = text.StartsWith('-') ? text[1..] : text;
        if (digits.IsEmpty || !char.IsAsciiDigit(digits[0]) || (digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]))
            || digits.EndsWith('.') || digits.ContainsAnyExcept(Characters))
        {
            return false;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }
}
