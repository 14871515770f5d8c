using System.Security.Cryptography;
using System.Text;

namespace Switchyard.RunnerService.Samples;

/// <summary>
/// The warehouse behind <c>/samples/reserve</c>. Zone C is asleep: the first request for an item of an order there is
/// turned away, the next one is served, so every run of the sample meets the same failures. Kept in memory and bounded.
/// </summary>
internal sealed class SampleShelves
{
    private const int MostOrders = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Order> _orders = [];
    private readonly Queue<string> _oldestFirst = new();

    public ReserveOutcome Reserve(ReserveRequest asked, string? key)
    {
        lock (_gate)
        {
            var order = Find(asked.Order!);
            var request = key ?? asked.Sku!;
            if (order.ByRequest.TryGetValue(request, out var known))
            {
                return new ReserveOutcome.Known(known);
            }

            if (asked.Zone == "C" && order.Woken.Add(asked.Sku!))
            {
                return new ReserveOutcome.Asleep();
            }

            var made = new Reservation(Id(asked), asked.Order!, asked.Sku!, asked.Zone ?? "", asked.Quantity);
            order.ByRequest.Add(request, made);
            return new ReserveOutcome.Made(made);
        }
    }

    public IReadOnlyList<Reservation> Of(string? order)
    {
        lock (_gate)
        {
            return order is not null && _orders.TryGetValue(order, out var known) ? [.. known.ByRequest.Values] : [];
        }
    }

    private Order Find(string id)
    {
        if (_orders.TryGetValue(id, out var known))
        {
            return known;
        }

        if (_oldestFirst.Count == MostOrders)
        {
            _orders.Remove(_oldestFirst.Dequeue());
        }

        _oldestFirst.Enqueue(id);
        return _orders[id] = new Order([], []);
    }

    // The same order and item give the same number on every machine and after every restart.
    private static string Id(ReserveRequest asked) =>
        "R-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{asked.Order}/{asked.Sku}")))[..8];

    private sealed record Order(Dictionary<string, Reservation> ByRequest, HashSet<string> Woken);
}

/// <summary>How a request to reserve ended.</summary>
internal abstract record ReserveOutcome
{
    public sealed record Made(Reservation Reservation) : ReserveOutcome;

    public sealed record Known(Reservation Reservation) : ReserveOutcome;

    public sealed record Asleep : ReserveOutcome;
}
