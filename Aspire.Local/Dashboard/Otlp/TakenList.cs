namespace Aspire.Dashboard.Otlp;

/// <summary>A list that costs nothing while it is empty, which for events and links it nearly always is.</summary>
internal struct TakenList<T>
{
    private List<T>? items;

    public void Add(T item) => (items ??= []).Add(item);

    public readonly T[] ToArray() => items is null ? [] : [.. items];
}
