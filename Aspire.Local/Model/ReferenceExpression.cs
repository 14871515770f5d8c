using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Text with holes that are filled by other values: when running by what they give, in the manifest by their expressions.</summary>
public class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    private readonly string[] expressions;

    private ReferenceExpression(string format, IValueProvider[] providers, string[] expressions)
    {
        Format = format;
        ValueProviders = providers;
        this.expressions = expressions;
    }

    /// <summary>The text, with <c>{0}</c>, <c>{1}</c> and so on for the holes.</summary>
    public string Format { get; }

    /// <summary>What fills the holes in the manifest.</summary>
    public IReadOnlyList<string> ManifestExpressions => expressions;

    /// <summary>What fills the holes when running.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <inheritdoc/>
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. expressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>Makes an expression of an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
    {
        var values = new object?[ValueProviders.Count];
        for (var hole = 0; hole < values.Length; hole++)
        {
            values[hole] = await ValueProviders[hole].GetValueAsync(context, cancellationToken);
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Gathers the pieces of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler
    {
        private readonly Pieces pieces;

        /// <summary>Called by the compiler.</summary>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount) => pieces = new(literalLength, formattedCount);

        /// <summary>Adds text.</summary>
        public readonly void AppendLiteral(string value) => pieces.Text(value);

        /// <summary>Adds text.</summary>
        public readonly void AppendFormatted(string? value) => pieces.Text(value);

        /// <summary>Adds a value.</summary>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider
            => pieces.Hole(valueProvider, valueProvider.ValueExpression);

        /// <summary>Adds a resource's value.</summary>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider
            => AppendFormatted(valueProvider.Resource);

        internal readonly ReferenceExpression Build() => pieces.Build();
    }

    internal sealed class Pieces(int literalLength, int formattedCount)
    {
        private readonly StringBuilder format = new(literalLength + (formattedCount * 4));
        private readonly List<IValueProvider> providers = new(formattedCount);
        private readonly List<string> expressions = new(formattedCount);

        public bool IsEmpty => format.Length == 0;

        // Braces of the text would be read as holes by string.Format.
        public void Text(string? value) => format.Append(value?.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

        public void Hole(IValueProvider provider, string expression)
        {
            format.Append('{').Append(providers.Count).Append('}');
            providers.Add(provider);
            expressions.Add(expression);
        }

        public ReferenceExpression Build() => new(format.ToString(), [.. providers], [.. expressions]);
    }
}

/// <summary>Builds an expression piece by piece.</summary>
public class ReferenceExpressionBuilder
{
    private readonly ReferenceExpression.Pieces pieces = new(32, 4);

    /// <summary>Whether nothing was added yet.</summary>
    public bool IsEmpty => pieces.IsEmpty;

    /// <summary>Adds an interpolated string.</summary>
    public void Append([InterpolatedStringHandlerArgument("")] in ReferenceExpressionBuilderInterpolatedStringHandler handler)
    {
    }

    /// <summary>Adds text.</summary>
    public void AppendLiteral(string value) => pieces.Text(value);

    /// <summary>Adds text.</summary>
    public void AppendFormatted(string? value) => pieces.Text(value);

    /// <summary>Adds a value.</summary>
    public void AppendFormatted<T>(T valueProvider)
        where T : IValueProvider, IManifestExpressionProvider
        => pieces.Hole(valueProvider, valueProvider.ValueExpression);

    /// <summary>Makes the expression.</summary>
    public ReferenceExpression Build() => pieces.Build();

    /// <summary>Adds the pieces of an interpolated string to a builder.</summary>
    [InterpolatedStringHandler]
    public ref struct ReferenceExpressionBuilderInterpolatedStringHandler
    {
        private readonly ReferenceExpressionBuilder target;

        /// <summary>Called by the compiler.</summary>
        public ReferenceExpressionBuilderInterpolatedStringHandler(int literalLength, int formattedCount, ReferenceExpressionBuilder builder) => target = builder;

        /// <summary>Adds text.</summary>
        public readonly void AppendLiteral(string value) => target.AppendLiteral(value);

        /// <summary>Adds text.</summary>
        public readonly void AppendFormatted(string? value) => target.AppendFormatted(value);

        /// <summary>Adds a value.</summary>
        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider
            => target.AppendFormatted(valueProvider);

        /// <summary>Adds a resource's value.</summary>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider
            => target.AppendFormatted(valueProvider.Resource);
    }
}
