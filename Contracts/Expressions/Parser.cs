namespace Switchyard.Contracts.Expressions;

/// <summary>Reads an expression by precedence climbing (Pratt) straight into its compiled tree.</summary>
internal ref struct Parser
{
    private const string Roots = "parameters, steps, run, item, index and event";

    private readonly ReadOnlySpan<char> _source;
    private readonly List<Reference> _references;
    private Lexer _lexer;
    private Token _token;
    private int _nesting;
    private int _selectors;
    private bool _sawItem;

    public Parser(ReadOnlySpan<char> source, int start, List<Reference> references)
    {
        _source = source;
        _references = references;
        _lexer = new Lexer(source, start);
        _token = _lexer.Next();
    }

    /// <summary>Reads a whole text that is one expression.</summary>
    public Node ParseAll()
    {
        var node = ParseExpression();
        if (_token.Kind != TokenKind.End)
        {
            throw Unexpected();
        }
        return node;
    }

    /// <summary>Reads an expression that <c>}}</c> must close; <paramref name="end"/> is the offset behind it.</summary>
    public Node ParseUntilClosed(out int end)
    {
        var node = ParseExpression();
        if (_token.Kind == TokenKind.End)
        {
            throw Error("The expression has no closing }}.", _token.Position);
        }
        if (_token.Kind != TokenKind.CloseBrace)
        {
            throw Unexpected();
        }
        if (_token.End >= _source.Length || _source[_token.End] != '}')
        {
            throw Error("The expression must be closed by }}, with nothing between the braces.", _token.Position);
        }
        end = _token.End + 1;
        return node;
    }

    private Node ParseExpression(int weakest = 0)
    {
        if (++_nesting > ExpressionLimits.MaxNesting)
        {
            throw new ExpressionException($"Brackets and operators are nested more than {ExpressionLimits.MaxNesting} deep.", _token.Position, ExpressionException.Codes.Limit);
        }
        var left = ParsePostfix();
        while (Precedence(_token.Kind) is var strength && strength > weakest)
        {
            left = Bounded(ParseOperator(left, strength));
        }
        _nesting--;
        return left;
    }

    private static int Precedence(TokenKind kind) => kind switch
    {
        TokenKind.Question => 1,
        TokenKind.Coalesce => 2,
        TokenKind.Or => 3,
        TokenKind.And => 4,
        TokenKind.Equal or TokenKind.NotEqual => 5,
        TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Greater or TokenKind.GreaterOrEqual => 6,
        TokenKind.Plus or TokenKind.Minus => 7,
        TokenKind.Times or TokenKind.Divide or TokenKind.Modulo => 8,
        _ => 0,
    };

    private Node ParseOperator(Node left, int strength)
    {
        var sign = _token;
        Advance();
        if (sign.Kind == TokenKind.Question)
        {
            var yes = ParseExpression();
            Expect(TokenKind.Colon, ":");
            // One weaker than itself: a ? b : c ? d : e groups to the right.
            return new ChoiceNode(left, yes, ParseExpression(strength - 1), sign.Position);
        }
        var right = ParseExpression(strength);
        return sign.Kind switch
        {
            TokenKind.Coalesce => new CoalesceNode(left, right, sign.Position),
            TokenKind.Or => new OrNode(left, right, sign.Position),
            TokenKind.And => new AndNode(left, right, sign.Position),
            TokenKind.Equal => new EqualNode(left, right, negated: false, sign.Position),
            TokenKind.NotEqual => new EqualNode(left, right, negated: true, sign.Position),
            TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Greater or TokenKind.GreaterOrEqual => new CompareNode(left, right, sign.Kind, sign.Position),
            _ => new ArithmeticNode(left, right, sign.Kind, sign.Position),
        };
    }

    private Node ParsePostfix()
    {
        var node = ParsePrimary();
        while (true)
        {
            switch (_token.Kind)
            {
                case TokenKind.Dot:
                    Advance();
                    var name = _token;
                    if (name.Kind != TokenKind.Name)
                    {
                        throw Error("A name must follow the dot; write [\"…\"] for any other key.", name.Position);
                    }
                    Advance();
                    node = Bounded(Field(node, name.Text!, name.Position));
                    break;
                case TokenKind.OpenBracket:
                    var open = _token.Position;
                    Advance();
                    var key = ParseExpression();
                    Expect(TokenKind.CloseBracket, "]");
                    node = Bounded(key is ConstantNode { Value.Kind: ValueKind.Text } constant
                        ? Field(node, constant.Value.Text!, open)
                        : new ItemAtNode(node, key, open));
                    break;
                default:
                    return node;
            }
        }
    }

    private static Node Field(Node of, string name, int position)
    {
        if (of is not StepNode step)
        {
            return new FieldNode(of, name, position);
        }
        return name is "output" or "status" or "error"
            ? new StepFieldNode(step.Id, name, position)
            : throw new ExpressionException($"A step has output, status and error, but no '{name}'; did you mean steps.{step.Id}.output.{name}?", position, ExpressionException.Codes.UnknownName);
    }

    private Node ParsePrimary()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Number:
                Advance();
                return new ConstantNode(Value.Of(token.Number), token.Position);
            case TokenKind.Text:
                Advance();
                return new ConstantNode(Value.Of(token.Text), token.Position);
            case TokenKind.Name:
                Advance();
                return _token.Kind == TokenKind.OpenParenthesis ? ParseCall(token) : ParseName(token);
            case TokenKind.OpenParenthesis:
                Advance();
                var inner = ParseExpression();
                Expect(TokenKind.CloseParenthesis, ")");
                return inner;
            case TokenKind.OpenBracket:
                return ParseList();
            case TokenKind.OpenBrace:
                return ParseMap();
            case TokenKind.Not:
                Advance();
                return Bounded(new NotNode(ParseOperand(), token.Position));
            case TokenKind.Minus:
                Advance();
                var operand = ParseOperand();
                return operand is ConstantNode { Value.Kind: ValueKind.Number } number
                    ? new ConstantNode(Value.Of(-number.Value.Number), token.Position)
                    : Bounded(new NegateNode(operand, token.Position));
            case TokenKind.End:
                throw Error("The expression ends where a value should stand.", token.Position);
            default:
                throw Unexpected();
        }
    }

    // The operand of a sign binds tighter than any operator between two values.
    private Node ParseOperand()
    {
        const int tightest = 9;
        return ParseExpression(tightest);
    }

    private Node ParseName(Token name)
    {
        switch (name.Text)
        {
            case "true":
                return new ConstantNode(Value.True, name.Position);
            case "false":
                return new ConstantNode(Value.False, name.Position);
            case "null":
                return new ConstantNode(Value.Null, name.Position);
            case "parameters":
                _references.Add(new Reference(ReferenceRoot.Parameters, PeekKey(), name.Position));
                return new ParametersNode(name.Position);
            case "steps":
                return ParseStep(name);
            case "run":
                _references.Add(new Reference(ReferenceRoot.Run, PeekKey(), name.Position));
                return new RunNode(name.Position);
            case "event":
                _references.Add(new Reference(ReferenceRoot.Event, PeekKey(), name.Position));
                return new EventNode(name.Position);
            case "item":
                SeeItem(ReferenceRoot.Item, name.Position);
                return new ItemNode(name.Position);
            case "index":
                SeeItem(ReferenceRoot.Index, name.Position);
                return new IndexNode(name.Position);
            default:
                throw UnknownName(name);
        }
    }

    private static ExpressionException UnknownName(Token name)
    {
        var known = new[] { "parameters", "steps", "run", "item", "index", "event", "true", "false", "null" };
        var hint = name.Text is "env" or "secrets"
            ? " Secrets are given to a step as { \"source\": \"store\", \"name\": … }, never to an expression."
            : Functions.Find(name.Text!) is not null
                ? $" It is a function: write {name.Text}(…)."
                : Suggestion.For(name.Text!, known) is { } near ? $" Did you mean {near}?" : $" Known are {Roots}; a text needs quotes.";
        return new ExpressionException($"There is no name '{name.Text}'.{hint}", name.Position, ExpressionException.Codes.UnknownName);
    }

    private void SeeItem(ReferenceRoot root, int position)
    {
        _sawItem = true;
        if (_selectors == 0)
        {
            _references.Add(new Reference(root, null, position));
        }
    }

    // The key that follows a root, when it is a constant: .name or ["name"].
    private readonly string? PeekKey()
    {
        var ahead = this;
        if (ahead._token.Kind == TokenKind.Dot)
        {
            ahead.Advance();
            return ahead._token.Kind == TokenKind.Name ? ahead._token.Text : null;
        }
        if (ahead._token.Kind == TokenKind.OpenBracket)
        {
            ahead.Advance();
            var key = ahead._token;
            if (key.Kind != TokenKind.Text)
            {
                return null;
            }
            ahead.Advance();
            return ahead._token.Kind == TokenKind.CloseBracket ? key.Text : null;
        }
        return null;
    }

    private Node ParseStep(Token name)
    {
        // Which steps an expression reads must be known before it runs: the planner and the linter depend on it.
        var id = PeekKey() ?? throw Error("steps must be followed by the id of a step: steps.fetch.output or steps[\"fetch-all\"].output.", name.Position);
        Advance();
        var at = _token.Position;
        Advance();
        if (at > name.End && _source[name.End..at].Contains('['))
        {
            Advance();
        }
        if (_token.Kind == TokenKind.Minus && _token.Position == at + id.Length && _source[_token.End..] is [var next, ..] && char.IsAsciiLetter(next))
        {
            throw Error($"A step id with a hyphen is written in brackets: steps[\"{id}-…\"].output.", at);
        }
        _references.Add(new Reference(ReferenceRoot.Steps, id, at));
        return new StepNode(id, at);
    }

    private Node ParseList()
    {
        var open = _token.Position;
        Advance();
        var items = ParseItems(TokenKind.CloseBracket, "]");
        return Bounded(new ListNode(items, open));
    }

    private Node ParseMap()
    {
        var open = _token.Position;
        Advance();
        var names = new List<string>();
        var fields = new List<Node>();
        while (_token.Kind != TokenKind.CloseBrace)
        {
            if (names.Count > 0)
            {
                Expect(TokenKind.Comma, ",");
            }
            var name = _token;
            if (name.Kind is not (TokenKind.Name or TokenKind.Text))
            {
                throw Error("A field of an object begins with its name: { name: value }.", name.Position);
            }
            if (names.Contains(name.Text!))
            {
                throw Error($"The field '{name.Text}' is given twice.", name.Position);
            }
            Advance();
            Expect(TokenKind.Colon, ":");
            names.Add(name.Text!);
            fields.Add(ParseExpression());
        }
        Advance();
        return Bounded(new MapNode([.. names], [.. fields], open));
    }

    private Node ParseCall(Token name)
    {
        var function = Functions.Find(name.Text!)
            ?? throw new ExpressionException(
                $"There is no function '{name.Text}'.{(Suggestion.For(name.Text!, Functions.Names) is { } near ? $" Did you mean {near}?" : "")}",
                name.Position, ExpressionException.Codes.UnknownFunction);
        Advance();
        var arguments = new List<Node>();
        Selector? selector = null;
        while (_token.Kind != TokenKind.CloseParenthesis)
        {
            if (arguments.Count + (selector is null ? 0 : 1) > 0)
            {
                Expect(TokenKind.Comma, ",");
            }
            if (function.TakesSelector && arguments.Count == 1 && selector is null)
            {
                selector = ParseSelector();
                continue;
            }
            arguments.Add(ParseExpression());
        }
        Advance();
        var given = arguments.Count + (selector is null ? 0 : 1);
        if (given < function.Least || given > function.Most)
        {
            throw new ExpressionException($"{function.Name} is written {function.Signature}; {given} argument{(given == 1 ? "" : "s")} given.", name.Position, ExpressionException.Codes.Arguments);
        }
        return Bounded(new CallNode(function, [.. arguments], selector, name.Position));
    }

    private Selector ParseSelector()
    {
        var sawItem = _sawItem;
        _sawItem = false;
        _selectors++;
        var node = ParseExpression();
        _selectors--;
        var selector = new Selector(node, UsesItem: _sawItem);
        _sawItem = sawItem;
        return selector;
    }

    private Node[] ParseItems(TokenKind close, string closeText)
    {
        var items = new List<Node>();
        while (_token.Kind != close)
        {
            if (items.Count > 0)
            {
                Expect(TokenKind.Comma, $", or {closeText}");
            }
            items.Add(ParseExpression());
        }
        Advance();
        return [.. items];
    }

    private static Node Bounded(Node node) =>
        node.Height <= ExpressionLimits.MaxHeight
            ? node
            : throw new ExpressionException($"The expression chains more than {ExpressionLimits.MaxHeight} operators; split it over several steps.", node.Position, ExpressionException.Codes.Limit);

    private void Advance() => _token = _lexer.Next();

    private void Expect(TokenKind kind, string text)
    {
        if (_token.Kind != kind)
        {
            throw Error($"Expected {text}{(_token.Kind == TokenKind.End ? " before the end" : $" before {Show()}")}.", _token.Position);
        }
        Advance();
    }

    private readonly ExpressionException Unexpected() =>
        _token.Kind == TokenKind.End
            ? Error("The expression ends too early.", _token.Position)
            : Error($"{Show()} cannot stand here.", _token.Position);

    private readonly string Show() => $"'{_source.Slice(_token.Position, Math.Min(_token.Length, 40))}'";

    private static ExpressionException Error(string message, int position) => new(message, position, ExpressionException.Codes.Syntax);
}
