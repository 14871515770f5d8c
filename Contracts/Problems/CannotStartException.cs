namespace Switchyard.Contracts.Problems;

/// <summary>A process cannot start for a reason its operator can remove: the message is one sentence that says what and how.</summary>
public sealed class CannotStartException(string message, Exception? inner = null) : Exception(message, inner);
