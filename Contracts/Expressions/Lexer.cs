using System.Globalization;
using System.Text;

namespace Switchyard.Contracts.Expressions;

/// <summary>Cuts an expression into words. A struct that the parser pulls from, so that no list of tokens is made.</summary>
internal ref struct Lexer(ReadOnlySpan<char> source, int from)
{
    private readonly ReadOnlySpan<char> _source = source;
    private int _at = from;

    /// <summary>The next word; <see cref="TokenKind.End"/> at the end of the text, or at the <c>}}</c> that closes a template.</summary>
    public Token Next()
    {
        while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
        {
            _at++;
        }
        if (_at >= _source.Length)
        {
            return new Token(TokenKind.End, _at, 0);
        }
        var c = _source[_at];
        if (char.IsAsciiLetter(c) || c == '_')
        {
            return Name();
        }
        if (char.IsAsciiDigit(c))
        {
            return Number();
        }
        if (c is '\'' or '"')
        {
            return Text(c);
        }
        var next = _at + 1 < _source.Length ? _source[_at + 1] : '\0';
        return (c, next) switch
        {
            ('=', '=') => Symbol(TokenKind.Equal, 2),
            ('!', '=') => Symbol(TokenKind.NotEqual, 2),
            ('<', '=') => Symbol(TokenKind.LessOrEqual, 2),
            ('>', '=') => Symbol(TokenKind.GreaterOrEqual, 2),
            ('&', '&') => Symbol(TokenKind.And, 2),
            ('|', '|') => Symbol(TokenKind.Or, 2),
            ('?', '?') => Symbol(TokenKind.Coalesce, 2),
            ('.', _) => Symbol(TokenKind.Dot, 1),
            (',', _) => Symbol(TokenKind.Comma, 1),
            (':', _) => Symbol(TokenKind.Colon, 1),
            ('(', _) => Symbol(TokenKind.OpenParenthesis, 1),
            (')', _) => Symbol(TokenKind.CloseParenthesis, 1),
            ('[', _) => Symbol(TokenKind.OpenBracket, 1),
            (']', _) => Symbol(TokenKind.CloseBracket, 1),
            ('{', _) => Symbol(TokenKind.OpenBrace, 1),
            ('}', _) => Symbol(TokenKind.CloseBrace, 1),
            ('?', _) => Symbol(TokenKind.Question, 1),
            ('<', _) => Symbol(TokenKind.Less, 1),
            ('>', _) => Symbol(TokenKind.Greater, 1),
            ('+', _) => Symbol(TokenKind.Plus, 1),
            ('-', _) => Symbol(TokenKind.Minus, 1),
            ('*', _) => Symbol(TokenKind.Times, 1),
            ('/', _) => Symbol(TokenKind.Divide, 1),
            ('%', _) => Symbol(TokenKind.Modulo, 1),
            ('!', _) => Symbol(TokenKind.Not, 1),
            ('=', _) => throw Error("A single = compares nothing; write ==.", _at),
            ('&', _) => throw Error("A single & means nothing here; write &&.", _at),
            ('|', _) => throw Error("A single | means nothing here; write ||.", _at),
            ('$', '{') => throw Error("${{ cannot stand inside another ${{ }}; leave the inner one out.", _at),
            _ => throw Error($"The character {Show(c)} means nothing in an expression.", _at),
        };
    }

    private Token Symbol(TokenKind kind, int length)
    {
        var token = new Token(kind, _at, length);
        _at += length;
        return token;
    }

    private Token Name()
    {
        var start = _at;
        while (_at < _source.Length && (char.IsAsciiLetterOrDigit(_source[_at]) || _source[_at] == '_'))
        {
            _at++;
        }
        return new Token(TokenKind.Name, start, _at - start, _source[start.._at].ToString());
    }

    private Token Number()
    {
        var start = _at;
        Digits();
        if (_at + 1 < _source.Length && _source[_at] == '.' && char.IsAsciiDigit(_source[_at + 1]))
        {
            _at++;
            Digits();
        }
        if (_at < _source.Length && _source[_at] is 'e' or 'E')
        {
            var ahead = _at + 1;
            if (ahead < _source.Length && _source[ahead] is '+' or '-')
            {
                ahead++;
            }
            if (ahead < _source.Length && char.IsAsciiDigit(_source[ahead]))
            {
                _at = ahead;
                Digits();
            }
        }
        if (_at < _source.Length && (char.IsAsciiLetterOrDigit(_source[_at]) || _source[_at] == '_'))
        {
            throw Error("A number ends where a letter begins; put the text in quotes.", _at);
        }
        var number = double.Parse(_source[start.._at], NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
        {
            throw Error("The number is too large.", start);
        }
        return new Token(TokenKind.Number, start, _at - start, Number: number);
    }

    private void Digits()
    {
        while (_at < _source.Length && char.IsAsciiDigit(_source[_at]))
        {
            _at++;
        }
    }

    private Token Text(char quote)
    {
        var start = _at++;
        var rest = _source[_at..];
        var plain = rest.IndexOfAny(quote, '\\');
        if (plain >= 0 && rest[plain] == quote && !(plain + 1 < rest.Length && rest[plain + 1] == quote))
        {
            _at += plain + 1;
            return new Token(TokenKind.Text, start, _at - start, rest[..plain].ToString());
        }
        var text = new StringBuilder();
        while (true)
        {
            if (_at >= _source.Length)
            {
                throw Error($"The text that begins here has no closing {quote}.", start);
            }
            var c = _source[_at++];
            if (c == quote)
            {
                // A doubled quote is the quote itself, the way YAML and SQL authors write it.
                if (_at < _source.Length && _source[_at] == quote)
                {
                    text.Append(quote);
                    _at++;
                    continue;
                }
                return new Token(TokenKind.Text, start, _at - start, text.ToString());
            }
            text.Append(c == '\\' ? Escape(start) : c);
        }
    }

    private char Escape(int start)
    {
        if (_at >= _source.Length)
        {
            throw Error("The text that begins here has no closing quote.", start);
        }
        var c = _source[_at++];
        switch (c)
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case '\\' or '\'' or '"' or '/': return c;
            case 'u' when _at + 4 <= _source.Length && ushort.TryParse(_source.Slice(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                throw Error($"\\{c} is no escape; known are \\n \\t \\r \\\\ \\' \\\" and \\u0000.", _at - 2);
        }
    }

    private static string Show(char c) => char.IsControl(c) || char.IsSurrogate(c) ? $"U+{(int)c:X4}" : $"'{c}'";

    private static ExpressionException Error(string message, int position) => new(message, position, ExpressionException.Codes.Syntax);
}
