using System.Runtime.CompilerServices;

namespace Switchyard.Contracts.Expressions;

internal sealed class CallNode(Function function, Node[] arguments, Selector? selector, int position)
    : Node(position, Math.Max(Heights.Of(arguments), selector?.Node.Height ?? 0) + 1)
{
    public override Value Evaluate(ref Frame frame)
    {
        frame.Spend(1 + arguments.Length, Position);
        if (arguments.Length > Few.Length)
        {
            return Run(new Value[arguments.Length], ref frame);
        }
        var few = new Few();
        return Run(((Span<Value>)few)[..arguments.Length], ref frame);
    }

    private Value Run(Span<Value> values, ref Frame frame)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Evaluate(ref frame);
        }
        return function.Body(new Call(function, values, selector, Position), ref frame);
    }

    // Nearly every call has up to three arguments; these live on the stack.
    [InlineArray(Length)]
    private struct Few
    {
        public const int Length = 3;
        private Value _first;
    }
}
