"""Recurrent cells: LSTM, layer norm and hyper LSTM, and their dropout noise."""
