namespace Switchyard.Contracts.Expressions;

/// <summary>A compiled expression: immutable, shared by all threads.</summary>
internal abstract class Node(int position, int height)
{
    public int Position { get; } = position;

    /// <summary>Levels below, bounded by the parser so that evaluation cannot overflow the stack.</summary>
    public int Height { get; } = height;

    public abstract Value Evaluate(ref Frame frame);

    protected ExpressionException Fail(string message) => new(message, Position);
}

internal sealed class ConstantNode(Value value, int position) : Node(position, 1)
{
    public Value Value { get; } = value;

    public override Value Evaluate(ref Frame frame) => Value;
}

internal sealed class ParametersNode(int position) : Node(position, 1)
{
    public override Value Evaluate(ref Frame frame) => frame.Scope.Parameters;
}

internal sealed class RunNode(int position) : Node(position, 1)
{
    public override Value Evaluate(ref Frame frame) => frame.Scope.Run;
}

internal sealed class EventNode(int position) : Node(position, 1)
{
    public override Value Evaluate(ref Frame frame) => frame.Scope.Event;
}

internal sealed class ItemNode(int position) : Node(position, 1)
{
    public override Value Evaluate(ref Frame frame) => frame.Item;
}

internal sealed class IndexNode(int position) : Node(position, 1)
{
    public override Value Evaluate(ref Frame frame) => frame.Index;
}

internal sealed class StepNode(string id, int position) : Node(position, 1)
{
    public string Id { get; } = id;

    public override Value Evaluate(ref Frame frame) => frame.Scope.Step(Id);
}

/// <summary>One field of a step, read without making the map that holds all three.</summary>
internal sealed class StepFieldNode(string id, string field, int position) : Node(position, 1)
{
    public override Value Evaluate(ref Frame frame) => frame.Scope.StepField(id, field);
}

internal sealed class FieldNode(Node of, string name, int position) : Node(position, of.Height + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        var owner = of.Evaluate(ref frame);
        // JSON keeps no index of its fields.
        frame.Spend(1 + (owner.Count / 32), Position);
        return owner.Kind switch
        {
            ValueKind.Map => owner.Field(name),
            // A missing value has missing fields: a skipped step must not break the condition that asks for its output.
            ValueKind.Null => Value.Null,
            ValueKind.List => throw Fail($"A list has no field '{name}'; pick an item with [0], or use map(list, \"{name}\")."),
            ValueKind.Text => throw Fail($"A text has no field '{name}'; if it holds JSON, read it with json(…) first."),
            _ => throw Fail($"{owner.TypeName} has no field '{name}'."),
        };
    }
}

internal sealed class ItemAtNode(Node of, Node at, int position) : Node(position, Math.Max(of.Height, at.Height) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1, Position);
        var owner = of.Evaluate(ref frame);
        var key = at.Evaluate(ref frame);
        switch (owner.Kind, key.Kind)
        {
            case (ValueKind.Null, _):
                return Value.Null;
            case (ValueKind.Map, ValueKind.Text):
                frame.Spend(owner.Count / 32, Position);
                return owner.Field(key.Text!);
            case (ValueKind.List, ValueKind.Number) when key.Number == Math.Truncate(key.Number):
                // Nor does it keep one of its items.
                frame.Spend(owner.Count / 32, Position);
                return Math.Abs(key.Number) < int.MaxValue ? owner.Item((int)key.Number) : Value.Null;
            case (ValueKind.List, _):
                throw Fail($"A list is indexed by a whole number, not by {key.TypeName}.");
            case (ValueKind.Map, _):
                throw Fail($"An object is indexed by a text, not by {key.TypeName}.");
            default:
                throw Fail($"{owner.TypeName} cannot be indexed.");
        }
    }
}

internal sealed class ListNode(Node[] items, int position) : Node(position, Heights.Of(items) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(items.Length + 1, Position);
        frame.Allocate(items.Length, Position);
        var values = new Value[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            values[i] = items[i].Evaluate(ref frame);
        }
        return Value.Of(values);
    }
}

internal sealed class MapNode(string[] names, Node[] fields, int position) : Node(position, Heights.Of(fields) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(fields.Length + 1, Position);
        frame.Allocate(fields.Length, Position);
        var values = new Value[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            values[i] = fields[i].Evaluate(ref frame);
        }
        return Value.Of(new ValueMap(names, values));
    }
}

internal static class Heights
{
    public static int Of(Node[] nodes)
    {
        var height = 0;
        foreach (var node in nodes)
        {
            height = Math.Max(height, node.Height);
        }
        return height;
    }
}
