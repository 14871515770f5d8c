namespace Switchyard.Contracts.Expressions;

/// <summary>One evaluation under way: what it sees and what it has left to spend.</summary>
internal struct Frame
{
    private int _steps;
    private int _allocated;

    public Frame(EvaluationScope scope)
    {
        Scope = scope;
        Item = scope.Item;
        Index = scope.Index;
    }

    public readonly EvaluationScope Scope;

    /// <summary>The item in view: that of the forEach, or that of the innermost map, filter and the like.</summary>
    public Value Item;
    public Value Index;

    public void Spend(int steps, int position)
    {
        // Compared before adding: a huge cost must not wrap around.
        if (steps > ExpressionLimits.MaxSteps - _steps)
        {
            throw new ExpressionException($"The expression does more than {ExpressionLimits.MaxSteps:N0} steps; move the work into a script step.", position, ExpressionException.Codes.Limit);
        }
        _steps += steps;
    }

    /// <summary>Accounts for characters or items about to be made; call before making them.</summary>
    public void Allocate(long size, int position)
    {
        if (size > ExpressionLimits.MaxResultBytes)
        {
            throw new ExpressionException($"A value would be larger than {ExpressionLimits.MaxResultBytes / (1024 * 1024)} MiB; keep large data in an artifact.", position, ExpressionException.Codes.Limit);
        }
        if (size > ExpressionLimits.MaxAllocated - _allocated)
        {
            throw new ExpressionException("The expression makes too much data on the way; move the work into a script step.", position, ExpressionException.Codes.Limit);
        }
        _allocated += (int)size;
    }
}
